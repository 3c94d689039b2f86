"""The demo app: plain scripts of the standard library that a workshop can read."""
