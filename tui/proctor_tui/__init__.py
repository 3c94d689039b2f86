"""The terminal UI of proctor."""
