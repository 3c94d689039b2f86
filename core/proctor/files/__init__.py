"""Reads what an app's user wrote: finds its Procfile and env files, and makes one value of them."""
