"""The screen: a Textual front end over the `Desk` protocol, and the only package that imports Textual."""
