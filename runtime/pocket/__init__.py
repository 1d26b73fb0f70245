"""The pocket model: a small model of our own, in the package, so that everything works at once and offline.

What it was trained on, its scores and its limits stand in `CARD.md` beside it; `packaging/pocket/` makes it again.
"""

from __future__ import annotations

from pathlib import Path

POCKET_MODEL = Path(__file__).with_name("llama-desk-pocket.gguf")
POCKET_ID = "pocket"
"""The name by which a person asks for it."""
