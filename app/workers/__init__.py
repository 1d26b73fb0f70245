"""The launcher starts the engine and the extractor on the desk's wish: the line between the two, and both its ends."""
