"""The scripts that make the pocket model stand in a folder without a package; here they can be imported by name."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "packaging" / "pocket"
if str(SCRIPTS) not in sys.path:
    sys.path.append(str(SCRIPTS))


@pytest.fixture(scope="session")
def languages():
    from phrasings import LANGUAGES, load_language

    return {code: load_language(code) for code in LANGUAGES}
