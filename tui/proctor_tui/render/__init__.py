"""Values and bytes -> text and strips: pure, and tested without an app."""
