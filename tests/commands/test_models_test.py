"""`llama-desk models test`: a score by the real turn, kept, and what follows from it."""

from __future__ import annotations

import json

import pytest

from app.commands.cli import run
from app.conversation.self_test import Case, load_cases
from app.locations import locations
from runtime.model_file import fingerprint
from runtime.pocket import POCKET_MODEL
from tools.desk_db import DeskDatabase
from tools.desk_db.models import ModelScore
from tools.desk_tools import SHIPPED


def test_the_cases_are_of_all_kinds():
    cases = load_cases()
    assert len(cases) == 20
    assert {case.tool for case in cases} - {""} <= {tool.name for tool in SHIPPED}
    assert sum(not case.tool and not case.asks for case in cases) >= 3
    assert sum(case.asks for case in cases) >= 2
    for case in cases:
        if case.tool:
            tool = next(tool for tool in SHIPPED if tool.name == case.tool)
            first = {
                name: value.split("|")[0] if isinstance(value, str) else value for name, value in case.arguments.items()
            }
            assert set(first) <= set(tool.call.model_fields)


def test_a_model_is_scored_and_its_score_kept(desk_home, capsys, monkeypatch):
    few = [Case(request="Show me the last ten messages from Ben", tool="inbox_recent", arguments={"count": 10})]
    few.append(few[0].model_copy(update={"arguments": {"count": 6}}))
    monkeypatch.setattr("app.conversation.self_test.load_cases", lambda: few)
    assert run(["models", "test", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["right"], result["cases"], result["writes"]) == (1, 2, False)
    assert [one["right"] for one in result["tried"]] == [True, False]
    with DeskDatabase.open(locations().database) as db:
        assert db.models.score(fingerprint(POCKET_MODEL)) == ModelScore(1, 2)


@pytest.mark.parametrize(("setting", "status"), [("tested", "refused"), ("always", "proposed")])
def test_a_model_that_did_badly_proposes_no_write(desk_home, capsys, setting, status):
    places = locations().make()
    places.settings.write_text(f'writing_tools = "{setting}"\n', "utf-8")
    with DeskDatabase.open(places.database) as db:
        db.models.keep_score(fingerprint(POCKET_MODEL), ModelScore(13, 20))
    run(["ask", "Schedule a budget review with Ana tomorrow at 3pm", "--json", "--yes-to", "remember"])
    (call,) = json.loads(capsys.readouterr().out)["calls"]
    assert call["status"] == status


def test_doctor_says_how_well_the_model_did(desk_home, capsys):
    assert run(["doctor"]) == 0
    assert "Tool calls: not tried with this model" in capsys.readouterr().out
    with DeskDatabase.open(locations().database) as db:
        db.models.keep_score(fingerprint(POCKET_MODEL), ModelScore(13, 20))
    assert run(["doctor"]) == 0
    assert "13 of 20 requests understood in its self-test: too few" in capsys.readouterr().out
