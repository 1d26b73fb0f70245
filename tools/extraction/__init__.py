"""Turn files that nobody vouches for into passages: a worker process parses them, its client watches over it."""

EXTRACTOR_VERSION = 1
"""Raised whenever the same file would give other passages, so that what is stored is read anew."""
