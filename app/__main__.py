"""`python -m app`, the installed `llama-desk` and the frozen executable all start here, in any role."""

from __future__ import annotations

import sys

from app.ending import QuickEnd
from app.standard_streams import open_closed_streams


def main() -> None:
    """Start the role that the hidden first argument names; without one this process is the launcher."""
    open_closed_streams()
    end = QuickEnd()
    role, arguments = "", sys.argv[1:]
    try:
        from app.roles import run_role, split_role
        from app.start_trace import mark

        mark("Python runs")
        role, arguments = split_role(arguments)
        end.code = run_role(role, arguments)
    except KeyboardInterrupt:
        # Before the command line could take it: modules were still being imported.
        sys.stderr.write("Stopped.\n")
        end.code = 130
    except OSError as error:
        # Before the command line could take it: a folder to keep data in, or to write to, that is closed to us.
        if role not in ("launcher", "desk"):
            raise
        from app.commands.cli import say_closed

        end.code = say_closed(error, arguments)
    raise SystemExit(end.code)


if __name__ == "__main__":
    main()
