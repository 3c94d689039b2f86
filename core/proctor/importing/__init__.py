"""Makes drafts of an app from what other tools know of it. Pure: texts go in, drafts come out."""
