"""The programs that measure stand in a folder without a package; one of them is tried here too."""

from __future__ import annotations

import sys
from pathlib import Path

SCRIPTS = Path(__file__).parents[2] / "packaging" / "benchmarks"
if str(SCRIPTS) not in sys.path:
    sys.path.append(str(SCRIPTS))
