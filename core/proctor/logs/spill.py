"""Writes logs to files, in a thread of its own."""
