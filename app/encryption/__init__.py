"""Encryption of what is kept: where the key is, how it comes to the desk, and how it is changed."""
