"""What the assistant can do on this machine: read folders, keep what it read, and find it again."""
