"""The starter of the one file: what it unpacks, where, when two or none of them get to the end, and what it refuses."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.binary.starters import Home, make

pytestmark = pytest.mark.timeout(600)  # whoever comes first compiles


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of this run of the tests, also where several processes share them."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def starter(shared: Path) -> Path:
    return make(shared, "1")


@pytest.fixture(scope="session")
def newer(shared: Path) -> Path:
    return make(shared, "2")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_it_unpacks_itself_once_and_becomes_the_program(starter: Path, home: Home):
    first = home.run(starter, "a b", "c")
    assert first.returncode == 0
    [key] = home.unpacked()
    folder = home.cache / key
    assert first.stdout == f"{folder} 1 a b c"
    before = folder.stat().st_mtime_ns
    assert home.run(starter, "a b", "c").stdout == first.stdout
    assert folder.stat().st_mtime_ns == before
    assert (home.cache.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o700, 0o700)
    assert (folder / "inner" / "link").readlink() == Path("version")
    assert not list(home.data.iterdir())


def test_ten_first_starts_at_once(starter: Path, home: Home):
    processes = [home.begin(starter, number) for number in range(10)]
    said = [process.communicate(timeout=60) for process in processes]
    [key] = home.unpacked()
    assert said == [(f"{home.cache / key} 1 {number}\n", "") for number in range(10)]


def test_what_was_lost_or_changed_is_unpacked_again(starter: Path, home: Home):
    home.run(starter)
    folder = home.cache / home.unpacked()[0]
    (folder / "noise-0").unlink()
    (folder / "noise-1").write_bytes(b"short")
    (folder / "inner" / "link").unlink()
    (folder / "inner" / "link").symlink_to("elsewhere")
    whole = (folder / "noise-2").read_bytes()
    shutil.copyfile(folder / "noise-2", folder / "noise-0.kept")
    assert home.run(starter).returncode == 0
    assert (folder / "noise-0").stat().st_size == (folder / "noise-1").stat().st_size == 1 << 20
    assert (folder / "inner" / "link").readlink() == Path("version")
    times = (folder / "noise-2").stat()
    (folder / "noise-2").write_bytes(b"x" + whole[1:])
    os.utime(folder / "noise-2", ns=(times.st_atime_ns, times.st_mtime_ns))
    said = home.run(starter, "--repair")
    assert "1 files of the program" in said.stderr
    assert (folder / "noise-2").read_bytes() == whole
    assert "are as they were built" in home.run(starter, "--repair").stderr


def test_one_that_was_killed_while_it_unpacked_leaves_nothing_in_the_way(starter: Path, home: Home):
    process = home.begin(starter)
    until = time.monotonic() + 30
    while not list(home.cache.glob("*.new/noise-*")):
        assert time.monotonic() < until
    process.send_signal(signal.SIGKILL)
    process.communicate()
    [left] = home.unpacked()
    assert left.endswith(".new")
    assert home.run(starter).returncode == 0
    [key] = home.unpacked()
    assert f"{key}.new" == left


def test_another_version_is_removed_when_nobody_runs_it(starter: Path, newer: Path, home: Home):
    running = home.begin(starter, "wait")
    assert running.stdout is not None
    assert running.stdout.readline() == "waits\n"
    [older] = home.unpacked()
    assert home.run(newer).stdout.endswith(" 2")
    assert len(home.unpacked()) == 2
    out, _ = running.communicate("go on\n", timeout=60)
    assert out == f"{home.cache / older} 1 wait\n"
    assert home.run(newer).stdout.endswith(" 2")
    assert len(home.unpacked()) == 1
    assert older not in home.unpacked()


def test_a_full_disk_is_said_and_nothing_is_left_on_it(starter: Path, home: Home):
    full = "mount -t tmpfs -o size=4m tmpfs $HOME/.cache\nmount -t tmpfs -o size=4m tmpfs $HOME/data"
    script = '"$0"; code=$?; ls -A $HOME/.cache/llama-desk $HOME/data/program; exit $code'
    said = home.run_with_mounts(full, "sh", "-c", script, starter)
    assert said.returncode == 1
    assert said.stderr.startswith(f"There is no room for the program's files in {home.cache}: they take 26 MB.")
    assert said.stdout.split() == [f"{home.cache}:", "lock", f"{home.data}/program:", "lock"]


@pytest.mark.parametrize(
    "mounts",
    [
        "mount -t tmpfs -o size=4m tmpfs $HOME/.cache",
        "mount -t tmpfs -o noexec tmpfs $HOME/.cache",
        "mount --bind $HOME $HOME\nmount --bind $HOME/data $HOME/data\nmount -o remount,bind,ro $HOME",
    ],
    ids=["full", "noexec", "read-only"],
)
def test_where_the_cache_is_of_no_use_the_data_folder_takes_its_place(starter: Path, home: Home, mounts: str):
    said = home.run_with_mounts(mounts, starter)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith(f"{home.data}/program/")


def test_nowhere_to_start_it_from_is_said(starter: Path, home: Home):
    mounts = "mount -t tmpfs -o noexec tmpfs $HOME/.cache\nmount -t tmpfs -o noexec tmpfs $HOME/data"
    said = home.run_with_mounts(mounts, starter)
    assert said.returncode == 1
    assert said.stderr.startswith(f"The program's files can neither be unpacked into {home.cache} and started there")


def plant_for_others(place: Path) -> None:
    place.mkdir()
    place.chmod(0o777)


def plant_of_another(place: Path) -> None:
    if os.geteuid():
        pytest.skip("only root can give a folder away")
    place.mkdir(mode=0o755)
    os.chown(place, 12345, 12345)


def plant_link(place: Path) -> None:
    elsewhere = place.with_name("elsewhere")
    elsewhere.mkdir()
    place.symlink_to(elsewhere)


@pytest.mark.parametrize("plant", [plant_for_others, plant_of_another, plant_link])
def test_a_folder_that_somebody_planted_is_not_used(starter: Path, home: Home, plant):
    plant(home.cache)
    said = home.run(starter)
    assert said.stdout.startswith(f"{home.data}/program/")
    assert not list(home.cache.iterdir())
    shutil.rmtree(home.data / "program")
    plant(home.data / "program")
    said = home.run(starter)
    assert said.returncode == 1
    assert said.stderr.startswith(f"{home.cache} ")
    assert "nothing is started from it" in said.stderr
    assert not list(home.cache.iterdir())


def test_a_folder_planted_in_the_place_of_the_program_is_replaced(starter: Path, home: Home, tmp_path: Path):
    home.run(starter)
    [key] = home.unpacked()
    planted = Path(shutil.move(home.cache / key, tmp_path / "planted"))
    (planted / "llama-desk").write_text("#!/bin/sh\necho planted\n")
    (home.cache / key).symlink_to(planted)
    assert home.run(starter).stdout == f"{home.cache / key} 1"
    assert not (home.cache / key).is_symlink()
