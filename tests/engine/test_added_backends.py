"""Backends that the user has put into a folder of theirs: loaded when nobody else can have put them there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from llama_cpp import __version__ as bindings_version

from runtime.engine.modules import find_modules
from runtime.engine_options import backends_in, backends_option
from runtime.frames import read_frame, write_frame
from runtime.protocol import COMMAND, EVENT, DeviceList, Devices

pytestmark = pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows has no owners and modes of this kind")

FILE = "libggml-vulkan.so"
SOURCE = """\
#include <stdio.h>
__attribute__((constructor)) static void ran(void) {{ FILE *mark = fopen("{mark}", "w"); if (mark) fclose(mark); }}
void *ggml_backend_init(void) {{ return 0; }}
"""


@pytest.fixture
def added(tmp_path: Path) -> Path:
    """A folder for backends with a file that has the name of one."""
    folder = tmp_path / "backends" / bindings_version
    folder.mkdir(mode=0o700, parents=True)
    (folder / FILE).write_bytes(b"no library")
    (folder / FILE).chmod(0o600)
    return folder


@pytest.fixture
def library(added: Path, tmp_path: Path) -> Path:
    """The same, with a library that leaves the file `ran` when it is loaded."""
    compiler = shutil.which("cc")
    if sys.platform != "linux" or compiler is None:
        pytest.skip("needs Linux and a C compiler")
    (source := tmp_path / "module.c").write_text(SOURCE.format(mark=tmp_path / "ran"))
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(added / FILE), str(source)], check=True)
    (added / FILE).chmod(0o600)
    return added / FILE


def fault(added: Path) -> str:
    [module] = find_modules(added.parent / "own", added)
    assert (module.backend, module.path) == ("Vulkan", added / FILE)
    return module.fault


def ask(command: Sequence[str], folder: Path) -> DeviceList:
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as engine:
        assert engine.stdout is not None
        read_frame(engine.stdout)
        write_frame(engine.stdin, COMMAND.dump_json(Devices(request=1)))
        payload = read_frame(engine.stdout)
        engine.kill()
    assert payload is not None
    answer = EVENT.validate_json(payload)
    assert isinstance(answer, DeviceList)
    return answer


def test_one_that_only_the_user_can_write_may_be_loaded(added: Path) -> None:
    assert not fault(added)


def test_the_one_beside_llama_cpp_comes_first(added: Path) -> None:
    own = added.parent / "own"
    own.mkdir()
    (own / FILE).write_bytes(b"")
    assert [module.path for module in find_modules(own, added)] == [own / FILE]


@pytest.mark.parametrize("place", ["the file", "its folder", "a folder above"])
@pytest.mark.parametrize("mode", [0o020, 0o002])
def test_one_that_others_may_write_is_left(added: Path, place: str, mode: int) -> None:
    path = {"the file": added / FILE, "its folder": added, "a folder above": added.parent}[place]
    path.chmod(path.stat().st_mode | mode)
    assert fault(added) == f'Others may write to {path} ("chmod go-w" ends that), so {FILE} is not loaded.'


def test_a_folder_in_which_nobody_replaces_what_is_anothers_is_no_harm(added: Path) -> None:
    added.parent.chmod(0o1777)
    assert not fault(added)


def test_a_link_is_left(added: Path) -> None:
    (added / FILE).rename(added / "elsewhere")
    (added / FILE).symlink_to(added / "elsewhere")
    assert f"{added / FILE} is a link" in fault(added)


def test_one_of_another_user_is_left(added: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.engine.modules._ROOT", 1_000_001)
    monkeypatch.setattr(os, "getuid", lambda: 1_000_002)
    assert "belongs to another user" in fault(added)


def test_the_command_line_names_whole_paths_alone(tmp_path: Path) -> None:
    assert backends_in([backends_option(tmp_path)]) == tmp_path
    assert backends_in(["--backends=here"]) is None
    assert backends_in(["--trial"]) is None


def test_an_engine_loads_it_and_says_what_came_of_it(
    library: Path, engine_command: tuple[str, ...], tmp_path: Path
) -> None:
    answer = ask([*engine_command, backends_option(library.parents[1])], tmp_path)
    assert (tmp_path / "ran").exists()
    assert answer.folder == str(library.parent)
    assert [module.fault for module in answer.modules] == [f"{library} found no driver that it can use."]


def test_an_engine_does_not_load_what_others_may_write(
    library: Path, engine_command: tuple[str, ...], tmp_path: Path
) -> None:
    library.chmod(0o666)
    answer = ask([*engine_command, backends_option(library.parents[1])], tmp_path)
    assert not (tmp_path / "ran").exists()
    assert "Others may write" in answer.modules[0].fault


def test_one_of_another_version_is_not_looked_at(
    library: Path, engine_command: tuple[str, ...], tmp_path: Path
) -> None:
    library.parent.rename(library.parents[1] / "0.0.1")
    answer = ask([*engine_command, backends_option(library.parents[1])], tmp_path)
    assert (answer.modules, (tmp_path / "ran").exists()) == ((), False)


def test_what_is_no_library_is_said(added: Path, engine_command: tuple[str, ...], tmp_path: Path) -> None:
    answer = ask([*engine_command, backends_option(added.parent)], tmp_path)
    assert answer.modules[0].fault.startswith(f"{added / FILE} could not be loaded (")
