"""Try the built file as somebody would who has nothing but it: in an empty environment, without a network.

    python3 packaging/smoke_binary.py dist/llama-desk-0.1.0-linux-x86_64
    python3 packaging/smoke_binary.py dist/llama-desk-0.1.0-linux-x86_64 --only says_what_it_is finds_itself_well

Each step is said with its seconds; the exit code is 1 when one failed. Every role is run, the engine is killed, the
unpacked copy is damaged. On Windows the steps that need a terminal are left out, and said to be.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from binary.desk_screen import SCREEN_STEPS
from binary.installed import Failed, Installed, expect
from binary.papers import write_papers
from binary.parts import missing

Step = Callable[[Installed], None]


def says_what_it_is(desk: Installed) -> None:
    said = desk.say("--version")
    expect(said.startswith("llama-desk, version ") and re.search("^commit [0-9a-f]{12}", said, re.MULTILINE), said)
    expect("llama-cpp-python 0." in said and "backends inside: CPU" in said, said)


def has_every_part(desk: Installed) -> None:
    desk.run("--repair")
    lost = missing(desk.unpacked())
    expect(not lost, f"The file was built without {' and '.join(lost)}.")


def is_unpacked_once(desk: Installed) -> None:
    before = desk.unpacked().stat().st_mtime_ns
    desk.say("--version")
    expect(desk.unpacked().stat().st_mtime_ns == before, "the second start unpacked again")
    said = desk.run("--repair").stderr
    expect("are as they were built" in said, said)


def repairs_a_damaged_copy(desk: Installed) -> None:
    files = sorted(path for path in desk.unpacked().rglob("*") if path.is_file() and not path.is_symlink())
    lost, changed = files[len(files) // 3], files[len(files) // 2]
    lost.unlink()
    changed.write_bytes(b"")
    desk.say("--version")
    expect(lost.is_file() and changed.stat().st_size > 0, "what was lost or changed is not there again")


def finds_itself_well(desk: Installed) -> None:
    findings = {one["name"]: one for one in json.loads(desk.say("doctor", "--json"))["findings"]}
    ill = [one["detail"] for one in findings.values() if not one["ok"]]
    expect(not ill, "; ".join(ill))
    expect("14 tools" in findings["Tools"]["detail"], findings["Tools"]["detail"])


def summarises_every_kind_of_file(desk: Installed) -> None:
    report = json.loads(desk.say("summarise", str(desk.papers), "--json"))
    failed = [f"{one['path']}: {one['reason']}" for one in report["files"] if one["status"] != "done"]
    expect(not failed, "; ".join(failed))
    expect(report["stats"]["generated"] > 0, "the pocket model wrote nothing")
    expect(all(sentence["citations"] for one in report["files"] for sentence in one["summary"]), "no citations")


def finds_what_it_read(desk: Installed) -> None:
    found = {one["path"].rsplit("/", 1)[-1] for one in json.loads(desk.say("search", "dogs", "--json"))}
    expect("lease.pdf" in found, str(found))


def carries_out_a_call_and_takes_it_back(desk: Installed) -> None:
    question = ("ask", "Schedule a budget review with Ana tomorrow at 3pm", "--json")
    [proposed] = json.loads(desk.say(*question))["calls"]
    expect((proposed["tool"], proposed["status"]) == ("calendar_create", "proposed"), str(proposed))
    [done] = json.loads(desk.say(*question, "--yes-to", "calendar_create"))["calls"]
    expect(done["status"] == "done", str(done))
    expect("budget review" in desk.say("calendar", "list", "tomorrow").lower(), "the event is not in the calendar")
    desk.say("undo")
    expect("budget review" not in desk.say("calendar", "list", "tomorrow").lower(), "the event is still there")


def understands_times_in_other_languages(desk: Installed) -> None:
    desk.settings('zone = "Europe/Zurich"\nlanguages = ["de", "th", "en"]\n')
    desk.say("calendar", "add", "Zahnarzt", "--start", "nächsten Freitag um 15 Uhr")
    desk.say("calendar", "add", "Lunch", "--start", "พรุ่งนี้ 12:00")
    desk.say("calendar", "export", str(desk.root / "out.ics"))
    expect("Europe/Zurich" in (desk.root / "out.ics").read_text("utf-8"), "the zone is not in what was exported")


def lists_the_models_to_be_had(desk: Installed) -> None:
    models = json.loads(desk.say("models", "list", "--json"))["models"]
    expect(len(models) > 5, f"{len(models)} models")


def downloads_nothing_without_a_network(desk: Installed) -> None:
    """The fetcher runs, and says in a sentence that it gets nowhere."""
    pulled = desk.run("models", "pull", "llama-3.2-1b-instruct-q4_k_m", "--yes", code=None)
    expect(pulled.returncode == 1 and "Traceback" not in pulled.stderr and bool(pulled.stderr.strip()), str(pulled))


def keeps_every_role_inside(desk: Installed) -> None:
    """Each role is started, sealed, and tries every way out."""
    report = json.loads(desk.say("privacy", "--test", "--json"))
    expect(
        set(report["roles"]) == {"launcher", "desk", "engine", "extractor", "fetcher", "keyring"},
        str(set(report["roles"])),
    )
    if sys.platform == "linux":
        tried = {one["role"] for one in report["escapes"]}
        expect(tried >= {"desk", "engine", "extractor", "fetcher", "keyring"}, f"only {tried} tried to get out")


def encrypts_what_is_kept(desk: Installed) -> None:
    """By a passphrase; what is plain again then is so on a system with a keyring too."""
    (secret := desk.root / "passphrase").write_text("four words that nobody knows\n", "utf-8")
    desk.say("calendar", "list")
    desk.say("privacy", "encrypt", "--passphrase-file", str(secret), "--yes")
    expect(not _is_plain(desk), "the database can be read without a key")
    desk.run("privacy", "decrypt", "--yes", more={"LLAMA_DESK_PASSPHRASE_FILE": str(secret)})
    expect(_is_plain(desk), "the database cannot be read when it is decrypted")


def _is_plain(desk: Installed) -> bool:
    with (desk.data / "desk.sqlite").open("rb") as file:
        return file.read(15) == b"SQLite format 3"


def refuses_data_of_a_newer_version(desk: Installed) -> None:
    import sqlite3

    [database] = desk.data.glob("desk.sqlite")
    kept = database.read_bytes()
    with sqlite3.connect(database) as connection:
        row = "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, ?)"
        [(owner,)] = connection.execute("SELECT DISTINCT migration_set FROM _sqlite_migrations").fetchall()
        connection.execute(row, (owner, "of_the_future", "2099-01-01"))
    connection.close()
    refused = desk.run("search", "dogs", code=None)
    expect(refused.returncode == 1 and "newer llama-desk" in refused.stderr, refused.stderr)
    database.write_bytes(kept)


STEPS: tuple[Step, ...] = (
    *(has_every_part, says_what_it_is, is_unpacked_once, finds_itself_well),
    *(summarises_every_kind_of_file, finds_what_it_read),
    *(carries_out_a_call_and_takes_it_back, understands_times_in_other_languages, lists_the_models_to_be_had),
    *(downloads_nothing_without_a_network, keeps_every_role_inside, *SCREEN_STEPS),
    *(repairs_a_damaged_copy, encrypts_what_is_kept, refuses_data_of_a_newer_version),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="the built file")
    parser.add_argument("--only", nargs="+", metavar="STEP", choices=[step.__name__ for step in STEPS])
    asked = parser.parse_args()
    steps = [step for step in STEPS if step.__name__ in (asked.only or step.__name__)]
    root = Path(tempfile.mkdtemp(prefix="llama-desk-smoke-"))
    desk = Installed(root, Path(shutil.copy2(asked.file, root / asked.file.name)), _prison())
    write_papers(desk.papers)
    failed = 0
    print(f"{asked.file.name}, {'without a network' if desk.prefix else 'WITH THE NETWORK, which could not be closed'}")
    for step in steps:
        failed += not _passes(step, desk)
    shutil.rmtree(root, ignore_errors=True)
    sys.exit(f"{failed} of {len(steps)} steps failed." if failed else 0)


def _passes(step: Step, desk: Installed) -> bool:
    start, what = time.monotonic(), ""
    try:
        step(desk)
    except (Failed, TimeoutError, OSError, KeyError, ValueError, subprocess.SubprocessError) as error:
        what = f": {type(error).__name__} {error}"
    print(
        f"{'NO' if what else 'ok'}  {step.__name__.replace('_', ' ')} ({time.monotonic() - start:.1f} s){what}",
        flush=True,
    )
    return not what


def _prison() -> tuple[str, ...]:
    """What a command is started with so that it has no network; nothing where that is not to be had."""
    for options in (["-n"], ["-rn"]):
        command = ("unshare", *options)
        if (
            shutil.which("unshare")
            and subprocess.run([*command, "true"], check=False, capture_output=True).returncode == 0
        ):
            return (str(shutil.which("unshare")), *options)
    return ()


if __name__ == "__main__":
    main()
