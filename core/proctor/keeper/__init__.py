"""The guardian and its keepers: who starts every process, and ends it whatever happens to us."""
