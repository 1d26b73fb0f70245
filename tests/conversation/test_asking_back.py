"""Questions for what a call lacks: one for each value that a tool needs, in each language, in that of the request."""

from __future__ import annotations

import pytest

from app.conversation.asking_back import _questions, question_back
from tools.date_language.language import LANGUAGES
from tools.desk_tools import SHIPPED

REQUIRED = {tool.name: required for tool in SHIPPED if (required := tool.schema().get("required"))}


def test_there_is_a_question_for_each_value_that_a_tool_needs_in_the_order_of_its_arguments():
    assert {tool: list(arguments) for tool, arguments in _questions().items()} == REQUIRED
    for arguments in _questions().values():
        assert all(set(questions) == set(LANGUAGES) for questions in arguments.values())


@pytest.mark.parametrize(
    ("request_", "question"),
    [
        ("Move the budget review", "When should it be instead?"),
        ("Verschieb die Budgetbesprechung", "Auf wann soll der Termin verschoben werden?"),
        ("Sposta la riunione sul bilancio", "Quando si sposta?"),
        ("เลื่อนประชุมงบประมาณ", "ให้ย้ายไปเป็นเมื่อไหร่"),
    ],
)
def test_it_is_in_the_language_of_the_request(request_, question):
    assert question_back("calendar_move", {"event": "review"}, request_) == question


def test_the_first_value_that_is_absent_is_asked_for():
    assert question_back("calendar_create", {}, "New event") == "What should it be called?"
    assert question_back("calendar_create", {"title": "tea"}, "New event") == "When should it start?"


def test_a_whole_call_and_a_tool_of_another_maker_lack_nothing():
    assert question_back("calendar_create", {"title": "tea", "start": "noon"}, "Tea at noon") is None
    assert question_back("race", {}, "Run") is None
