"""What a person meets: the command line, the conversation, the folder summary and the terminal screen."""

__version__ = "0.1.0"
