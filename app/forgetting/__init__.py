"""Forgetting for good: a folder, a source of messages, a conversation or the history, with all that came of it."""
