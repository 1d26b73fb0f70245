"""llama-desk with a manifest of a test's own, in every role: `python program.py MANIFEST.json [ARGUMENT...]`.

The shipped program reads its manifest from the package alone; no setting leads it to another. A test that downloads
needs a file that a test can serve, so this program puts other entries in the manifest's place before it starts, and
starts itself for each role.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import app.roles
import runtime.manifest
from app.__main__ import main

if __name__ == "__main__":
    manifest = sys.argv.pop(1)
    entries = tuple(
        runtime.manifest.ManifestEntry.model_validate(one) for one in json.loads(Path(manifest).read_text())
    )
    runtime.manifest.load_manifest = lambda: entries
    app.roles.role_command = lambda role: [sys.executable, "-I", __file__, manifest, f"--role={role}"]
    if sys.argv[1] == "--start":  # the desk in a process of its own, as on Windows
        import app.launcher

        del sys.argv[1]
        app.launcher.FORKS = False
    main()
