"""`python -m app`, the installed `llama-desk` and the frozen executable all start here, in any role."""

from __future__ import annotations

import sys

from app.ending import QuickEnd


def main() -> None:
    """Start the role that the hidden first argument names; without one this process is the launcher."""
    end = QuickEnd()
    try:
        from app.roles import run_role, split_role
        from app.start_trace import mark

        mark("Python runs")
        role, arguments = split_role(sys.argv[1:])
        end.code = run_role(role, arguments)
    except KeyboardInterrupt:
        # Before the command line could take it: modules were still being imported.
        sys.stderr.write("Stopped.\n")
        end.code = 130
    raise SystemExit(end.code)


if __name__ == "__main__":
    main()
