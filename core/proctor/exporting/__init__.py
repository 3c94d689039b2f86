"""Writes an app down for other supervisors. Pure: a configuration goes in, drafts come out."""
