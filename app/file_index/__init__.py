"""The folders that the user keeps in the index: reading them, keeping them fresh, and what their passages mean."""
