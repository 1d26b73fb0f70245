"""Everything that touches a model: the engine process, its client, the checks before a file is loaded."""
