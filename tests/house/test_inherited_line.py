"""The desk takes its ends of the launcher's pipes by a hidden argument; on Windows they are handles."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from app import inherited_line

CHILD = """
import os, sys
from app.inherited_line import take

[first, second], rest = take(sys.argv[1:])
assert not os.get_inheritable(first) and not os.get_inheritable(second)
os.write(second, os.read(first, 100) + " ".join(rest).encode())
"""


def test_another_process_takes_its_ends():
    mine_in, theirs_out = os.pipe()
    theirs_in, mine_out = os.pipe()
    child = inherited_line.start([sys.executable, "-c", CHILD], ["models", "pull"], (theirs_in, theirs_out))
    os.close(theirs_in)
    os.close(theirs_out)
    os.write(mine_out, b"hello ")
    assert child.wait(60) == 0
    assert os.read(mine_in, 100) == b"hello models pull"
    assert os.read(mine_in, 100) == b""  # nobody else has the other end
    os.close(mine_in)
    os.close(mine_out)


@pytest.mark.parametrize("arguments", [[], ["models", "list"], ["--json"]])
def test_without_them_the_arguments_stay(arguments):
    assert inherited_line.take(arguments) == ([], arguments)


def test_on_windows_just_the_handles_of_the_ends_are_inherited(monkeypatch):
    started, inheritable = [], {}

    def popen(command, **options):
        started.append((command, options, dict(inheritable)))

    monkeypatch.setattr(sys, "platform", "win32")
    handles = SimpleNamespace(
        get_osfhandle=lambda descriptor: descriptor + 1000, open_osfhandle=lambda handle, _flags: handle - 1000
    )
    monkeypatch.setitem(sys.modules, "msvcrt", handles)
    monkeypatch.setattr(subprocess, "Popen", popen)
    monkeypatch.setattr(subprocess, "STARTUPINFO", SimpleNamespace, raising=False)
    monkeypatch.setattr(os, "set_handle_inheritable", inheritable.__setitem__, raising=False)
    monkeypatch.setattr(os, "O_BINARY", 0, raising=False)
    inherited_line.start(["llama-desk", "--role=desk"], ["models", "list"], (4, 5, 6))
    [(command, options, meanwhile)] = started
    assert command == ["llama-desk", "--role=desk", "--line=1004,1005,1006", "models", "list"]
    assert options["startupinfo"].lpAttributeList == {"handle_list": [1004, 1005, 1006]}
    assert (options["stdin"], options["stdout"], options["stderr"]) == (0, 1, 2)
    assert meanwhile == {1004: True, 1005: True, 1006: True}
    assert inheritable == {1004: False, 1005: False, 1006: False}
    assert inherited_line.take(command[2:]) == ([4, 5, 6], ["models", "list"])
