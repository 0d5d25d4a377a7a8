"""What the readers of all spec families share: values, pages, titles, edges and identity."""
