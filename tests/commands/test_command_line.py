"""The command line's contract: output, exit codes, sentences."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.commands.cli import run
from app.roles import role_command
from tests.summary.papers import make_papers

LAUNCHER = role_command("launcher")[:-1]


@pytest.fixture
def papers(tmp_path):
    return make_papers(tmp_path / "papers")


def test_summarise_prints_markdown_with_sources(desk_home, papers, capsys):
    assert run(["summarise", str(papers), "--no-model"]) == 0
    out = capsys.readouterr()
    assert "# Summary of papers" in out.out
    assert "3 of 4 files in full, 1 skipped" in out.out
    assert "## Sources" in out.out
    assert out.err == ""


def test_the_other_spelling_works(desk_home, papers, capsys):
    assert run(["summarize", str(papers), "--no-model", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["coverage"]["files"] == 4


def test_the_pocket_model_says_what_it_is_and_how_to_get_more(desk_home, papers, capsys):
    assert run(["summarise", str(papers)]) == 0
    said = capsys.readouterr().err
    assert "The pocket model copies and shortens" in said
    assert "llama-3.2-1b" in said


def test_json_has_the_keys_that_others_rely_on(desk_home, papers, tiny_model, capsys):
    assert run(["summarise", str(papers), "--model", str(tiny_model), "--json"]) == 0
    out = capsys.readouterr()
    report = json.loads(out.out)
    assert {"summary", "coverage", "files", "stats", "model"} <= set(report)
    assert {"files", "done", "partial", "skipped", "failed", "passages_read", "passages"} <= set(report["coverage"])
    assert {"generated", "reused", "prompt_tokens", "tokens", "seconds"} <= set(report["stats"])
    assert all({"path", "status", "reason", "summary"} <= set(row) for row in report["files"])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows allows no such names")
def test_a_file_name_cannot_drive_the_terminal(desk_home, tmp_path, capfd):
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a\x1b]52;c;aGk=\x1b\\\n.txt").write_text("The rent is 950 euros a month and is due on the third day.")
    assert run(["summarise", str(folder), "--no-model"]) == 0
    assert run(["search", "rent"]) == 0
    assert run(["summarise", str(folder / "no\x1b[2J.txt"), "--no-model"]) == 1
    out = capfd.readouterr()
    assert "950 euros" in out.out
    assert "\x1b" not in out.out + out.err


def test_out_writes_a_file_and_leaves_nothing_else(desk_home, papers, tmp_path, capsys):
    target = tmp_path / "summary.md"
    assert run(["summarise", str(papers), "--no-model", "--out", str(target)]) == 0
    assert target.read_text().startswith("# Summary of papers")
    assert [path.name for path in tmp_path.glob("*summary.md*")] == ["summary.md"]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["summarise", "no/such/folder", "--no-model"], 1, "does not exist"),
        (["summarise", ".", "--model", "no-such-model"], 1, "There is no model 'no-such-model'"),
        (["summarise", "~nobody-of-this-name/x", "--no-model"], 1, "cannot be opened"),
        (["summarise", ".", "--model", "~nobody-of-this-name/x"], 1, "names a user who is not known"),
        (["summarise", ".", "--no-model", "--out", "pyproject.toml/x.md"], 1, "cannot be written"),
        (["summarise", ""], 2, "An empty path names nothing"),
        (["summarise", os.devnull, "--no-model"], 1, "neither a folder nor a file"),
        (["ask", " "], 2, "The question is empty"),
        (["search", ""], 2, "no word to search for"),
        (["summarise"], 2, "Missing argument"),
        (["summarise", ".", "--depth", "deep"], 2, "deep"),
        (["sumarise", "."], 2, "No such command"),
        (["search", "x", "--limit", "0"], 2, "--limit"),
        (["undo", "x"], 2, "Invalid value for 'ID': 'x' is no whole number."),
        (["inbox", "done", "x"], 2, "Invalid value for 'ID': 'x' is no whole number."),
    ],
)
def test_a_mistake_is_one_sentence_and_its_exit_code(desk_home, capsys, arguments, code, sentence):
    assert run([*arguments, "--json"] if arguments[0] != "sumarise" else arguments) == code
    out = capsys.readouterr()
    assert sentence in out.err
    assert "Traceback" not in out.err
    if arguments[0] != "sumarise":
        assert sentence in json.loads(out.out)["error"]["message"]


@pytest.mark.parametrize(
    "arguments", [["summarise", "--no-model"], ["ask", "rent?", "--in"], ["search", "rent", "--in"], ["index", "add"]]
)
def test_a_folder_that_may_not_be_read_is_named_with_what_to_do(desk_home, papers, capsys, monkeypatch, arguments):
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode, **more: Path(path) != papers and may(path, mode, **more))
    assert run([*arguments, str(papers)]) == 1
    assert capsys.readouterr().err == f"You may not read {papers}. Change its permissions, or name another.\n"


def test_the_screen_without_a_terminal_is_a_sentence(desk_home):
    done = subprocess.run(LAUNCHER, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("The screen needs a terminal")
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no descriptor is closed for a child there")
@pytest.mark.parametrize("closed", [(1,), (2,), (0, 1, 2)])
def test_standard_streams_that_are_closed_are_no_traceback(desk_home, papers, closed):
    shut = "; ".join(f"os.close({number})" for number in closed)
    program = f"import os, sys; {shut}; os.execv({LAUNCHER[0]!r}, {LAUNCHER!r} + sys.argv[1:])"
    command = [sys.executable, "-c", program, "summarise", str(papers), "--no-model"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert ("Summary of papers" in done.stdout) == (1 not in closed)


@pytest.mark.skipif(sys.platform == "win32", reason="folders are closed otherwise there")
def test_a_folder_that_is_closed_is_a_sentence(desk_home, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0)
    try:
        if os.access(closed, os.X_OK):
            pytest.skip("nothing is closed to this user")
        for home, command in ((desk_home, ["calendar", "export", str(closed / "x.ics")]), (closed / "x", ["history"])):
            environment = {**os.environ, "LLAMA_DESK_HOME": str(home)}
            done = subprocess.run(
                [*LAUNCHER, *command, "--json"],
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
                env=environment,
            )
            assert done.returncode == 1
            assert json.loads(done.stdout)["error"]["message"].endswith("cannot be used: Permission denied.")
            assert done.stderr.count("\n") == 1
    finally:
        closed.chmod(0o700)


def test_a_file_that_is_not_a_model_is_a_sentence(desk_home, papers, tmp_path, capsys):
    wrong = tmp_path / "wrong.gguf"
    wrong.write_bytes(b"not a model at all, but long enough to be looked at")
    assert run(["summarise", str(papers), "--model", str(wrong)]) == 1
    assert "wrong.gguf" in capsys.readouterr().err
    assert run(["summarise", str(papers), "--model", str(tmp_path)]) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_search_finds_what_was_read(desk_home, papers, capsys):
    run(["summarise", str(papers), "--no-model"])
    capsys.readouterr()
    assert run(["search", "deposit", "--in", str(papers), "--json"]) == 0
    (hit,) = json.loads(capsys.readouterr().out)
    assert hit["path"] == "lease.txt"
    assert "deposit" in hit["snippet"]
    assert run(["search", "zebra", "--in", str(papers)]) == 0
    assert "Nothing found" in capsys.readouterr().err


def test_a_single_file_is_named_by_its_own_path(desk_home, papers, capsys):
    run(["summarise", str(papers / "lease.txt"), "--no-model"])
    capsys.readouterr()
    assert run(["search", "deposit", "--json"]) == 0
    (hit,) = json.loads(capsys.readouterr().out)
    assert hit["path"] == str(papers / "lease.txt")


def test_output_is_utf_8_in_a_pipe_whatever_the_locale(desk_home, tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.txt").write_text("家賃は月に九百ユーロです。敷金は三十日以内に返されます。", "utf-8")
    environment = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    command = [*LAUNCHER, "summarise", str(folder), "--no-model"]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "敷金" in done.stdout.decode("utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
@pytest.mark.parametrize("seconds", [0.05, 0.2, 0.4])
def test_an_early_ctrl_c_is_no_traceback(desk_home, papers, seconds):
    command = [*LAUNCHER, "summarise", str(papers), "--no-model"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=20)
    # Until the first line of the program nobody can catch the signal.
    assert b"Traceback" not in err or b", in main\n" not in err


def test_ask_answers_from_the_folder_with_its_source(desk_home, papers, capsys):
    assert run(["ask", "When is the deposit returned?", "--in", str(papers), "--no-model", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    quotes = [citation["quote"] for sentence in answer["answer"] for citation in sentence["citations"]]
    assert any("thirty (30) days" in quote for quote in quotes)
    assert answer["calls"] == []


def test_doctor_says_what_is_there(desk_home, tiny_model, capsys):
    assert run(["doctor", "--json", "--model", str(tiny_model)]) == 0
    findings = {finding["name"]: finding for finding in json.loads(capsys.readouterr().out)["findings"]}
    assert findings["Engine"]["ok"]
    assert "loaded in" in findings["Engine"]["detail"]
    assert "SQLite" in findings["Database"]["detail"]


def test_a_model_before_the_command_is_meant_for_it(desk_home, tiny_model, capsys):
    assert run(["--model", str(tiny_model), "doctor"]) == 0
    assert "loaded in" in capsys.readouterr().out


def test_an_empty_folder_is_said_to_be_empty(desk_home, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert run(["summarise", str(tmp_path / "empty"), "--no-model"]) == 0
    assert "There is nothing in it to summarise." in capsys.readouterr().err


def test_doctor_with_the_pocket_model_alone_is_well(desk_home, capsys):
    assert run(["doctor"]) == 0
    assert "This is the pocket model" in capsys.readouterr().out


def test_every_command_is_in_the_readme():
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    for name in (
        "summarise",
        "ask",
        "search",
        "index",
        "calendar",
        "inbox",
        "chats",
        "undo",
        "history",
        "privacy",
        "doctor",
    ):
        assert f"llama-desk {name}" in readme


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_ctrl_c_stops_and_says_how_to_go_on(desk_home, tmp_path, tiny_model):
    folder = make_papers(tmp_path / "many", copies=12)
    command = [*LAUNCHER, "summarise", str(folder), "--model", str(tiny_model)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    wait_for_engine(process)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert out == ""
    assert err.strip() == "Stopped. What is done is kept; the same command goes on from there."


def wait_for_engine(process: subprocess.Popen) -> None:
    import psutil

    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        children = psutil.Process(process.pid).children(recursive=True)
        if any(child.is_running() and "--role=engine" in child.cmdline() for child in children):
            time.sleep(0.3)
            return
        time.sleep(0.02)
    raise AssertionError("the engine did not start")
