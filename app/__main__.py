"""`python -m app`, the installed `llama-desk` and the frozen executable all start here, in any role."""

from __future__ import annotations

import sys


def main() -> None:
    """Start the role that the hidden first argument names; without one this process is the launcher."""
    try:
        from app.roles import run_role, split_role

        role, arguments = split_role(sys.argv[1:])
        raise SystemExit(run_role(role, arguments))
    except KeyboardInterrupt:
        # Before the command line could take it: modules were still being imported.
        sys.stderr.write("Stopped.\n")
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
