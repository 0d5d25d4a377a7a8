"""The borders: where a token may go, and what a checkout may decide. SECURITY.md names these tests."""
