"""A process ends quickly, and yet not before what has to be done at its end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import atexit, sys, threading, time
from app.ending import QuickEnd

class Late:
    def __del__(self):
        sys.stdout.write("taken apart")
        sys.stdout.flush()

end, late = QuickEnd(), Late()
atexit.register(lambda: sys.stdout.write("at exit, "))
threading.Thread(target=lambda: (time.sleep(0.1), sys.stdout.write("thread, "))).start()
sys.stdout.write("main, ")
end.code = {code}
raise SystemExit(end.code)
"""


def ended(code: int | None, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM.format(code=code)]
    return subprocess.run(command, text=True, check=False, stderr=subprocess.PIPE, **options)


@pytest.mark.parametrize(
    ("code", "output"),
    [
        (0, "main, thread, at exit, "),
        (130, "main, thread, at exit, "),
        (None, "main, thread, at exit, taken apart"),
    ],
)
def test_threads_and_what_is_done_at_exit_come_first(code, output):
    done = ended(code, stdout=subprocess.PIPE)
    assert (done.returncode, done.stdout, done.stderr) == (code or 0, output, "")


@pytest.mark.skipif(sys.platform != "linux", reason="a file that is always full")
def test_output_that_cannot_be_written_is_no_success():
    with Path("/dev/full").open("w") as full:
        assert ended(0, stdout=full).returncode != 0
