"""proctor: runs a Procfile app on your machine by the principles of a cloud runtime."""

__version__ = "0.1.0"
