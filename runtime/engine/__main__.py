"""`python -m runtime.engine`: the engine without the app around it, as the runtime's own tests start it."""

from __future__ import annotations

import sys

from runtime.engine.process import main

sys.exit(main(sys.argv[1:]))
