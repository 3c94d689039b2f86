"""The search worker: an interpreter of its own that looks through lines, and can be killed."""
