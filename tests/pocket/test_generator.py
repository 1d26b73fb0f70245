"""What the pocket model is trained and scored on: exact, kept apart, and in the program's own words."""

from __future__ import annotations

import json
import re
from itertools import product
from random import Random

import pytest
import tool_names
from calls import request
from chat import TEMPLATE, pieces
from docstrings import docstring_words, docstrings
from documents import ANY_LANGUAGE, LANGUAGE_NAMES, Documents
from examples import Examples
from phrasings import LANGUAGES, Language, lines_of, load_language, variants
from scores import cases, score
from threads import thread

from app.conversation.asking_back import _questions
from app.conversation.call_syntax import written_calls
from app.conversation.tool_calls import engine_tools
from app.folder_summary import language as document_language
from app.folder_summary import prompts as summary_prompts
from runtime.protocol import Turn
from runtime.templates import ChatTemplate
from tools.desk_tools import SHIPPED

TOOLS = engine_tools(SHIPPED)


def test_the_tools_are_those_that_ship():
    assert tuple(tool.name for tool in SHIPPED) == tool_names.NAMES
    for tool in SHIPPED:
        assert tuple(tool.schema()["properties"]) == tool_names.arguments(tool.name)
        assert tuple(tool.schema().get("required", ())) == tool_names.REQUIRED[tool.name]


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("code", LANGUAGES)
def test_a_request_holds_each_value_of_its_call_word_for_word(languages, code, held):
    random = Random(f"{code} {held}")
    for name in tool_names.NAMES * 6:
        asked = request(languages[code], random, held=held, tool=name)
        (call,) = written_calls(asked.call)
        for argument, value in call.arguments.items():
            if argument == "start" and value not in asked.text:  # a day and a time that stand apart
                assert all(word in asked.text for word in value.split()), asked
            elif isinstance(value, str):
                assert value in asked.text, asked
            elif isinstance(value, list):
                assert all(name in asked.text for name in value), asked


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_held_phrasing_is_trained_on(languages, code):
    language = languages[code]
    groups = [*language.tools.values(), *(entry.lines for entry in (*language.missing, *language.plain))]
    for lines in groups:
        assert lines.train
        assert lines.held
        trained = {wording for phrasing in lines.train for wording in wordings(phrasing)}
        assert not trained & {wording for phrasing in lines.held for wording in wordings(phrasing)}


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_held_name_or_word_is_trained_on(languages, code):
    pools = languages[code].pools
    for name in [name for name in pools if name.startswith("held_")]:
        assert not {str(value) for value in pools[name]} & {str(value) for value in pools[name.removeprefix("held_")]}
    assert not set(languages[code].words[False]) & set(languages[code].words[True])


def test_no_held_docstring_is_trained_on():
    for trained, held in (docstrings(), docstring_words()):
        assert len(held) > 100
        assert not set(trained) & set(held)


def test_the_same_seed_gives_the_same_conversations(languages):
    first, second, other = (Examples(seed, languages=languages) for seed in (1, 1, 2))
    drawn = [first.draw() for _ in range(50)]
    assert drawn == [second.draw() for _ in range(50)]
    assert drawn != [other.draw() for _ in range(50)]


def test_conversations_are_rendered_as_the_chat_template_renders_them(languages):
    template = ChatTemplate(TEMPLATE, bos="<|begin_of_text|>")
    examples = Examples(7, languages=languages)
    for _ in range(200):
        conversation = examples.draw()
        turns = [
            Turn(role="tool" if turn.role == "ipython" else turn.role, content=turn.text)
            for turn in conversation.turns[:-1]
        ]
        tools = [tool for tool in TOOLS if tool.name in conversation.tools]
        written = "".join(text for text, _ in pieces(conversation))
        rendered = template.render([Turn(role="system", content="Not shown."), *turns], tools).text
        assert written.startswith(rendered)
        assert written == f"{rendered}{conversation.turns[-1].text.strip()}<|eot_id|>"


def test_documents_are_asked_about_in_the_program_s_own_words(languages):
    assert ANY_LANGUAGE == summary_prompts.ANY_LANGUAGE
    assert set(LANGUAGE_NAMES.values()) <= set(document_language.NAMES.values())
    documents = Documents(languages["en"], Random(3))
    for _ in range(20):
        asked, _ = documents.summary()
        title, text = re.fullmatch(r"Document: (.*?)\n\n(.*)\n\nSummarise.*", asked, re.DOTALL).groups()
        name = asked.rpartition(" in ")[2].removesuffix(".")
        assert asked == summary_prompts.summarise_text(title, text, name)[-1].content


def test_action_items_stand_in_their_messages(languages):
    random = Random(5)
    for _ in range(200):
        made = thread(languages["en"], random)
        messages = made.text.split("\n")
        assert json.loads(made.json) == {"items": made.items}
        for item in made.items:
            message = messages[item["message"] - 1]
            assert message.startswith(f"[{item['message']}] ")
            assert all(item[part] in message for part in ("what", "who", "by") if part in item)


def test_right_answers_score_full_and_wrong_ones_nothing():
    made = cases(12)
    assert set(score(made, [case.expected for case in made]).values()) == {1.0}
    wrong = score(made, ['{"name": "nothing"' for _ in made])
    assert {task for task, value in wrong.items() if value} <= set()


def wordings(phrasing: str) -> set[str]:
    """The phrasing with each of its alternatives, as bare words."""
    parts = re.split(r"\(([^()]*\|[^()]*)\)", phrasing)
    choices = [part.split("|") if index % 2 else [part] for index, part in enumerate(parts)]
    return {" ".join(re.findall(r"\w+", "".join(chosen).lower())) for chosen in product(*choices)}


@pytest.mark.parametrize("part", ["verbs", "asks", "promises", "nothing"])
def test_no_held_phrasing_of_threads_is_said_in_training_by_another_one(part):
    lines = lines_of(load_language("en").tables["threads"][part])
    trained = {text.casefold() for phrasing in lines.train for text in variants(phrasing)}
    assert len(lines.held) > 5
    assert [one for one in lines.held if not trained.isdisjoint(text.casefold() for text in variants(one))] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_is_asked_back_is_what_the_program_asks(languages: dict[str, Language], code: str) -> None:
    for entry in languages[code].missing:
        assert _questions()[entry.tool][entry.argument][code] == entry.ask
