"""The pictures of the documents, made from what the program wrote; ``python -m tests.pictures`` makes all of them."""
