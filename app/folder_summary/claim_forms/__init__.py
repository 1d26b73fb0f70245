"""The forms in which names, amounts, dates and addresses are written, and when two forms say the same."""
