from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from runtime.client.log_file import LogFile


def test_a_full_log_is_kept_once_and_a_new_one_begins(tmp_path: Path):
    log = LogFile(tmp_path / "logs" / "engine.log", max_size=10)
    for line in (b"first...", b"second..", b"third..."):
        log.append(line)
    assert (tmp_path / "logs" / "engine.log").read_bytes() == b"third..."
    assert (tmp_path / "logs" / "engine.log.1").read_bytes() == b"second.."


def test_one_large_piece_does_not_pass_the_limit(tmp_path: Path):
    LogFile(tmp_path / "log", max_size=4).append(b"0123456789")
    assert (tmp_path / "log").read_bytes() == b"6789"


def test_a_log_that_cannot_be_written_costs_nothing(tmp_path: Path):
    (tmp_path / "file").touch()
    LogFile(tmp_path / "file" / "log").append(b"lost")


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX")
def test_only_this_user_may_read_the_log(tmp_path: Path):
    LogFile(tmp_path / "log").append(b"private")
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o600
