"""What was acknowledged is there after a kill at any moment; and the harness that says so can say otherwise."""

from __future__ import annotations

import sys

import pytest
from durability import Tally, run_kills, verify

from tools.desk_db import DeskDatabase, NewTurn, Piece

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither fork nor SIGKILL")


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_nothing_acknowledged_is_lost_and_nothing_is_damaged(tmp_path):
    tally = run_kills(tmp_path, kills=20, seed=7)
    assert tally.kills == 20
    assert tally.acknowledged > 20
    assert (tally.lost, tally.corrupt) == ([], [])


def test_the_harness_finds_what_is_lost_and_what_is_damaged(tmp_path):
    path = tmp_path / "desk.sqlite"
    with DeskDatabase.open(path) as db:
        db.pieces.put(Piece("w-1", "part", "hash", "model", "1", "text", 1, 1))
        conversation = db.conversations.start(title="w").id
        turn = db.conversations.append(conversation, NewTurn("user", "w-2 text"), None).id
        db.facts.add("w-4", 1.0)
    said = {"piece w-1", f"turn w-2 {turn} {conversation}", "fact w-4", "removed v 99", "undone w-9", "document w-3"}
    lies = {"piece w-3", f"turn w-5 {turn} {conversation}", "undone w-4", f"removed w {conversation}", "fact w-6"}
    tally = Tally()
    verify(path, said | lies, tally)
    assert tally.lost == sorted({*lies, "document w-3"})
    assert tally.corrupt == []
    with DeskDatabase.open(path) as db:
        db.write("INSERT INTO passages_fts (rowid, text) VALUES (7, 'of no passage')")
    verify(path, set(), tally)
    assert len(tally.corrupt) == 1
