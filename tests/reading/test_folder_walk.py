from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tools.folder_walk import Entry, WalkLimits, base_folder, walk


def make(root: Path, **files: str) -> None:
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)


def listed(root: Path, limits: WalkLimits | None = None) -> dict[str, str]:
    return {entry.path: entry.reason for entry in walk(root, limits)}


def test_lists_files_in_order_with_their_sizes(tmp_path: Path) -> None:
    make(tmp_path, **{"b.txt": "bb", "a/2.txt": "", "a/10.txt": "x", "c.txt": "ccc"})
    entries = list(walk(tmp_path))
    assert [(entry.path, entry.size) for entry in entries] == [
        ("a/10.txt", 1),
        ("a/2.txt", 0),
        ("b.txt", 2),
        ("c.txt", 3),
    ]
    assert all(entry.readable and entry.mtime_ns > 0 for entry in entries)


def test_hidden_files_and_folders_are_one_row_each(tmp_path: Path) -> None:
    make(tmp_path, **{".git/config": "", ".git/objects/1": "", ".env": "", "a.txt": ""})
    assert listed(tmp_path) == {".env": "is hidden", ".git/": "is hidden", "a.txt": ""}


def test_nested_ignore_files_decide_as_git_does(tmp_path: Path) -> None:
    make(
        tmp_path,
        **{
            ".gitignore": "*.log\n/build/\ncache/\n",
            "a.log": "",
            "build/x": "",
            "sub/build/x": "",
            "sub/.gitignore": "!keep.log\n*.tmp\n",
            "sub/keep.log": "",
            "sub/other.log": "",
            "sub/a.tmp": "",
            "sub/deep/cache/x": "",
            "a.tmp": "",
        },
    )
    rows = listed(tmp_path)
    readable = [path for path, reason in rows.items() if not reason]
    assert readable == ["a.tmp", "sub/build/x", "sub/keep.log"]
    assert rows["build/"] == rows["sub/deep/cache/"] == "is ignored by .gitignore"


def test_our_own_ignore_file_goes_before_gits(tmp_path: Path) -> None:
    make(
        tmp_path,
        **{".gitignore": "*.pdf.txt", ".llamadeskignore": "!a.pdf.txt\nprivate/", "a.pdf.txt": "", "private/x": ""},
    )
    rows = listed(tmp_path)
    assert rows["a.pdf.txt"] == ""
    assert rows["private/"] == "is ignored by .llamadeskignore"


def test_a_bad_pattern_does_not_disable_the_others(tmp_path: Path) -> None:
    make(tmp_path, **{".gitignore": "!\n\\\n***\n[\n*.log\n", "a.log": "", "a.txt": ""})
    assert listed(tmp_path)["a.log"] == "is ignored by .gitignore"


def test_kinds_that_hold_no_text_are_known_by_their_names(tmp_path: Path) -> None:
    make(tmp_path, **{"a.PNG": "", "b.zip": "", "c.msg": "", "d.doc": "", "png": "text", ".png.txt": ""})
    rows = listed(tmp_path)
    assert "image" in rows["a.PNG"]
    assert "archive" in rows["b.zip"]
    assert rows["c.msg"] == "is an Outlook .msg file, which is not supported; save it as .eml"
    assert rows["png"] == ""


def test_limits_are_said(tmp_path: Path) -> None:
    make(tmp_path, **{"a/b/c/d.txt": "", "big.txt": "x" * (2**20 + 1)}, **{f"n{number}.txt": "" for number in range(9)})
    rows = listed(tmp_path, WalkLimits(file_bytes=2**20, depth=2, entries=5))
    assert rows["a/b/c/"] == "is more than 2 folders deep"
    assert rows["big.txt"] == "is larger than 1 MiB"
    assert len(rows) == 6
    assert list(rows.values())[-1] == "and all that follows it were left out: the folder holds more than 5 files"


def test_a_single_file_is_listed_even_if_it_is_hidden(tmp_path: Path) -> None:
    make(tmp_path, **{".notes.txt": "abc", ".gitignore": "*"})
    assert [(entry.path, entry.size, entry.reason) for entry in walk(tmp_path / ".notes.txt")] == [
        (".notes.txt", 3, "")
    ]
    assert base_folder(tmp_path / ".notes.txt") == tmp_path.resolve() == base_folder(tmp_path)


def test_nothing_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(walk(tmp_path / "absent"))


@pytest.mark.skipif(sys.platform == "win32", reason="making links needs a privilege on Windows")
def test_links_are_rows_and_never_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    make(outside, **{"secret.txt": "secret"})
    root = tmp_path / "root"
    make(root, **{"a.txt": "", "sub/b.txt": ""})
    (root / "out").symlink_to(outside)
    (root / "file").symlink_to(outside / "secret.txt")
    (root / "inner").symlink_to(root / "a.txt")
    (root / "sub" / "loop").symlink_to(root)
    (root / "dangling").symlink_to(root / "nowhere")
    rows = listed(root)
    assert {path for path, reason in rows.items() if not reason} == {"a.txt", "sub/b.txt"}
    assert {rows[name] for name in ("out", "file", "inner", "sub/loop", "dangling")} == {
        "is a link; links are not followed"
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    os.mkfifo(tmp_path / ".gitignore")
    rows = listed(tmp_path)
    assert rows["pipe.txt"] == "is not a regular file (a pipe, a socket or a device)"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_opened_is_a_row(tmp_path: Path) -> None:
    make(tmp_path, **{"shut/a.txt": "", "b.txt": ""})
    (tmp_path / "shut").chmod(0)
    try:
        assert listed(tmp_path) == {"b.txt": "", "shut/": "cannot be opened: permission denied"}
    finally:
        (tmp_path / "shut").chmod(0o700)


@pytest.mark.skipif(sys.platform != "linux", reason="file names are Unicode here")
def test_a_name_that_is_no_text_is_a_row_that_can_be_stored(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("")
    [entry] = walk(tmp_path)
    assert entry.path == "caf?.txt"
    assert "not valid Unicode" in entry.reason


def test_a_tree_deeper_than_recursion_allows(tmp_path: Path) -> None:
    folder = tmp_path
    for _ in range(40):
        folder = folder / "d"
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("")
    [entry] = walk(tmp_path)
    assert entry == Entry("d/" * 33, reason="is more than 32 folders deep")


NAMES = st.sampled_from(["a", "b", "a.log", "b.txt", "build", "x y", "ä"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
PATTERNS = st.sampled_from(
    [
        "*.log",
        "!a.log",
        "/a",
        "a/",
        "!a/",
        "b/*",
        "!b/a",
        "**/b.txt",
        "build",
        "!build",
        "x\\ y",
        "a/**",
        "[ab]",
        "ä",
        "#c",
        "",
    ]
)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@example(files={"build/a.log/a"}, rules={"": ["*.log", "!build"]})
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    files=st.sets(PATHS, min_size=1, max_size=8),
    rules=st.dictionaries(st.sampled_from(["", "a/", "b/"]), st.lists(PATTERNS, max_size=4), max_size=3),
)
def test_what_is_read_is_what_git_would_track(
    files: set[str], rules: dict[str, list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("tree")
    for path in sorted(files, key=lambda path: path.count("/"), reverse=True):  # a file never where a folder is
        if not (root / path).exists():
            make(root, **{path: ""})
    for folder, patterns in rules.items():
        if (root / folder).is_dir():
            (root / folder / ".gitignore").write_text("\n".join(patterns) + "\n")
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    git = ["git", "-C", str(root), "-c", "core.quotepath=off"]
    subprocess.run([*git, "init", "-q"], check=True, env=environment)
    command = [*git, "ls-files", "--others", "--exclude-standard", "-z"]
    tracked = subprocess.run(command, check=True, capture_output=True, env=environment).stdout.decode().split("\0")
    expected = {path for path in tracked if path and not path.endswith(".gitignore")}
    assert {entry.path for entry in walk(root) if entry.readable} == expected
