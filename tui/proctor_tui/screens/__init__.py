"""The screens: the main one, and the small ones over it that answer a question."""
