"""File changes: which count, when a burst is over, and where they come from."""
