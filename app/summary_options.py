"""What the user may choose about a summary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Depth = Literal["full", "quick"]
Reading = Literal["full", "quick", "sentences"]
"""What a model reads of a file: every passage, those that the digest chose, or the digest's own sentences alone."""


@dataclass(frozen=True, slots=True)
class SummaryOptions:
    """How to summarise. `use_model` False stops at the digest; `fresh` ignores what earlier runs stored.

    `levels` of subfolders are read: 0 for the folder's own files, all when None.
    """

    depth: Depth = "full"
    use_model: bool = True
    fresh: bool = False
    levels: int | None = None
