"""Pure renderings: value -> str."""
