"""`llama-desk index` as a person and a script use it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from app.commands.cli import run
from app.roles import role_command
from tests.embedding_models import make_embedder
from tests.summary.papers import make_papers

LAUNCHER = role_command("launcher")[:-1]


@pytest.fixture
def papers(tmp_path):
    return make_papers(tmp_path / "papers").resolve()


def test_the_life_of_an_indexed_folder(desk_home, papers, capsys):
    assert run(["index", "add", str(papers), "--json"]) == 0
    out = capsys.readouterr()
    assert out.err == ""
    [added] = json.loads(out.out)
    assert (added["folder"], added["files"], added["added"], added["failed"]) == (str(papers), 3, 3, [])
    assert run(["search", "heating", "--in", str(papers / "letters"), "--json"]) == 0
    [hit] = json.loads(capsys.readouterr().out)
    assert {"path", "place", "start", "end", "snippet", "score"} <= set(hit)
    assert hit["path"] == "heating.md"
    assert [hit["snippet"][start:end] for start, end in hit["matches"]] == ["heating"]
    (papers / "lease.txt").unlink()
    assert run(["index", "refresh", "--json"]) == 0
    [refreshed] = json.loads(capsys.readouterr().out)
    assert (refreshed["unchanged"], refreshed["removed"]) == (2, 1)
    assert run(["index", "list", "--json"]) == 0
    [listed] = json.loads(capsys.readouterr().out)
    assert listed["files"] == 2
    assert listed["refreshed"].endswith("Z")
    assert run(["index", "remove", str(papers), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"removed": [str(papers)]}
    assert run(["index", "list"]) == 0
    assert "index add" in capsys.readouterr().err


def test_search_by_meaning_from_the_command_line(desk_home, papers, capsys):
    (desk_home / "models").mkdir(parents=True)
    make_embedder(desk_home / "models" / "bert.gguf")
    assert run(["index", "add", str(papers)]) == 0
    assert "with vectors" in capsys.readouterr().out
    assert run(["search", "surety", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["path"] == str(papers / "lease.txt")
    assert run(["doctor"]) == 0
    assert "bert.gguf; indexed folders are searched by meaning too" in capsys.readouterr().out


def test_an_embedding_model_is_never_taken_for_one_that_writes(desk_home, papers, capsys):
    (desk_home / "models").mkdir(parents=True)
    embedder = make_embedder(desk_home / "models" / "a-first.gguf")
    assert run(["doctor"]) == 0
    assert "This is the pocket model" in capsys.readouterr().out
    assert run(["summarise", str(papers), "--model", str(embedder)]) == 1
    assert "turns texts into vectors" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_done_in_part(desk_home, papers, capsys):
    (papers / "broken.docx").write_bytes(b"PK\x03\x04 no archive")
    assert run(["index", "add", str(papers)]) == 3
    assert "broken.docx" in capsys.readouterr().out
    assert run(["index", "list"]) == 0
    assert "1 could not be read" in capsys.readouterr().out


def test_a_folder_that_is_gone_is_said_and_the_others_are_refreshed(desk_home, papers, tmp_path, capsys):
    other = make_papers(tmp_path / "other").resolve()
    run(["index", "add", str(papers), str(other)])
    papers.rename(tmp_path / "moved")
    capsys.readouterr()
    assert run(["index", "refresh", "--json"]) == 3
    out = capsys.readouterr()
    assert [state["folder"] for state in json.loads(out.out)] == [str(other)]
    assert "is not there" in out.err
    assert "index remove" in out.err
    assert run(["index", "refresh", str(papers)]) == 1
    assert run(["index", "remove", str(papers)]) == 0


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["add", "no/such/folder"], 1, "does not exist"),
        (["add", "pyproject.toml"], 1, "is a file"),
        (["add"], 2, "Missing argument"),
        (["remove", "no/such/folder"], 1, "is not in the index"),
        (["refresh", "no/such/folder"], 1, "is not in the index"),
        (["forget"], 2, "No such command"),
    ],
)
def test_a_mistake_is_one_sentence_and_its_exit_code(desk_home, capsys, arguments, code, sentence):
    assert run(["index", *arguments, "--json"]) == code
    out = capsys.readouterr()
    assert sentence in out.err
    assert sentence in json.loads(out.out)["error"]["message"]


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_ctrl_c_says_how_to_go_on_and_keeps_what_is_done(desk_home, tmp_path, capsys):
    folder = make_papers(tmp_path / "many", copies=900).resolve()
    command = [*LAUNCHER, "index", "add", str(folder)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    wait_for_files(process)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert err.strip() == "Stopped. What is done is kept; the same command goes on from there."
    assert run(["index", "list", "--json"]) == 0
    [kept] = json.loads(capsys.readouterr().out)
    assert 0 < kept["files"] < 903
    assert kept["refreshed"] is None


def wait_for_files(process: subprocess.Popen) -> None:
    from app.locations import locations
    from tools.desk_db import DeskDatabase

    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if locations().database.exists():
            with DeskDatabase.open(locations().database) as db:
                if db.rows("SELECT 1 FROM files LIMIT 1"):
                    return
        time.sleep(0.02)
    raise AssertionError("no file was read")
