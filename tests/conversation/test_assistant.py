"""A turn of the assistant, from the user's words to what stands in the database, with a model that says anything."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import Any

import pytest

from app.conversation.assistant import Assistant
from app.conversation.events import AnswerEvent, AnswerNotice, CallEnded, Confirm, Decision, Proposed, Said, nobody
from app.conversation.history import Exchange
from app.conversation.memory import SYSTEM
from app.database_thread import DatabaseThread
from runtime.errors import EngineFailed
from tests.conversation.conftest import dump
from tests.conversation.scripted_engine import ScriptedEngine, Wait, call
from tools.inbox import Inbox

REVIEW = call("calendar_create", title="budget review", start="tomorrow at 3pm", attendees=["Ana"])
ASK = "Schedule a budget review with Ana tomorrow at 3pm"
CREATED = "In the calendar: budget review, Sun 22 Nov 2026 15:00 to 16:00, with Ana."


async def events_of(assistant: Assistant, request: str, confirm: Confirm = nobody) -> list[AnswerEvent]:
    return [event async for event in assistant.answer(request, confirm)]


async def yes(_: Proposed) -> Decision:
    return Decision(agreed=True)


async def no(_: Proposed) -> Decision:
    return Decision()


def ended(events: list[AnswerEvent]) -> list[CallEnded]:
    return [event for event in events if isinstance(event, CallEnded)]


def said(events: list[AnswerEvent]) -> str:
    return "\n".join(event.text for event in events if isinstance(event, Said))


def notices(events: list[AnswerEvent]) -> str:
    return "\n".join(event.text for event in events if isinstance(event, AnswerNotice))


async def titles(database: DatabaseThread) -> list[str]:
    return await database.run(lambda db: [row[0] for row in db.rows("SELECT title FROM calendar_events")])


async def test_a_write_happens_on_yes_as_it_was_previewed_and_undo_takes_it_back(make_assistant, database):
    before = await database.run(dump)
    events = await events_of(make_assistant(ScriptedEngine(REVIEW, CREATED)), ASK, yes)
    (proposed,) = [event for event in events if isinstance(event, Proposed)]
    (done,) = ended(events)
    assert done.status == "done"
    assert done.resolved == proposed.preview.resolved
    assert done.resolved["start"] == "2026-11-22T15:00:00+01:00"
    assert not proposed.preview.marked
    assert said(events) == CREATED
    assert await titles(database) == ["budget review"]
    await database.run(lambda db: db.journal.undo(done.effect_id))
    assert await database.run(dump) == before


@pytest.mark.parametrize(("confirm", "status"), [(no, "refused"), (nobody, "proposed")])
async def test_without_a_yes_nothing_is_written(make_assistant, database, confirm, status):
    before = await database.run(dump)
    events = await events_of(make_assistant(ScriptedEngine(REVIEW)), ASK, confirm)
    assert [one.status for one in ended(events)] == [status]
    assert await database.run(dump) == before


async def test_each_effect_is_asked_for_by_itself(make_assistant, database):
    lunch = call("calendar_create", title="lunch", start="tomorrow at noon")
    asked: list[str] = []

    async def only_lunch(proposed: Proposed) -> Decision:
        asked.append(proposed.preview.summary)
        return Decision(agreed="lunch" in proposed.preview.summary)

    engine = ScriptedEngine(f"{lunch}; {REVIEW}")
    await events_of(make_assistant(engine), "Schedule lunch tomorrow at noon and a budget review at 3pm", only_lunch)
    assert asked == ["Create “lunch”", "Create “budget review”"]
    assert await titles(database) == ["lunch"]


async def test_an_edited_proposal_is_shown_again_and_done_as_edited(make_assistant, database):
    shown: list[dict[str, str]] = []

    async def edit(proposed: Proposed) -> Decision:
        shown.append({line.name: line.shown for line in proposed.preview.lines})
        if len(shown) == 1:
            return Decision(arguments={"title": "budget talk", "start": "tomorrow at 4pm"})
        return Decision(agreed=True)

    await events_of(make_assistant(ScriptedEngine(REVIEW, "Done.")), ASK, edit)
    assert [one["start"] for one in shown] == ["Sun 22 Nov 2026 15:00", "Sun 22 Nov 2026 16:00"]
    assert await titles(database) == ["budget talk"]


async def test_a_wrong_call_goes_back_with_a_hint_and_twice_at_most(make_assistant):
    wrong = call("calendar_create", title="review")
    engine = ScriptedEngine(wrong, REVIEW, CREATED)
    events = await events_of(make_assistant(engine), ASK, yes)
    assert [one.status for one in ended(events)] == ["done"]
    assert "start" in json.loads(engine.asked[1][-1].content)["error"]
    hopeless = ScriptedEngine(*[call("send_mail", to="x")] * 5)
    events = await events_of(make_assistant(hopeless), ASK, yes)
    assert len(hopeless.asked) == 3
    assert "There is no tool send_mail" in notices(events)


async def test_a_time_that_says_nothing_is_given_back_to_the_model(make_assistant):
    engine = ScriptedEngine(call("calendar_list", when="blue"), call("calendar_list", when="tomorrow"), "Nothing.")
    events = await events_of(make_assistant(engine), "What is on tomorrow?")
    assert [one.data for one in ended(events)] == [{"events": []}]


async def test_a_model_that_never_stops_calling_is_stopped(make_assistant):
    engine = ScriptedEngine(*[call("calendar_list", when="tomorrow")] * 20)
    events = await events_of(make_assistant(engine), "What is on tomorrow?")
    assert len(engine.asked) == 6
    assert "Stopped after 6 rounds" in notices(events)


async def test_what_the_tool_found_is_told_whole_whatever_the_model_says_of_it(make_assistant):
    engine = ScriptedEngine(call("inbox_recent", count=2), "You have two messages.")
    events = await events_of(make_assistant(engine), "Show my last two messages")
    assert said(events) == (
        "You have two messages.\n\n2 messages:\n"
        "- Ben Ito, Fri 20 Nov 2026 08:00, Heating\n- Eve, Thu 19 Nov 2026 12:00, Lunch"
    )


async def test_the_pocket_models_wrong_telling_is_not_shown(make_assistant):
    engine = ScriptedEngine(call("inbox_recent", count=1), "One message:\n- Bea, Heating", is_pocket=True)
    events = await events_of(make_assistant(engine), "Show my last message")
    assert said(events) == "1 message:\n- Ben Ito, Fri 20 Nov 2026 08:00, Heating"


async def test_a_time_with_two_meanings_is_asked_back_and_the_users_pick_settles_it(make_assistant, database):
    engine = ScriptedEngine(call("calendar_create", title="review", start="3/4 at 5pm"), "Done.")
    assistant = make_assistant(engine)
    events = await events_of(assistant, "Schedule a review on 3/4 at 5pm", yes)
    assert "1. " in said(events)
    assert "2. " in said(events)
    assert await titles(database) == []
    events = await events_of(assistant, "2", yes)
    assert [one.status for one in ended(events)] == ["done"]
    assert len(engine.asked) == 2  # the pick itself needed no model
    assert await titles(database) == ["review"]


async def test_an_event_with_two_meanings_is_picked_by_its_words(make_assistant, database):
    create = [call("calendar_create", title="review", start=when) for when in ("monday at 9am", "tuesday at 10am")]
    engine = ScriptedEngine(create[0], "Done.", create[1], "Done.", call("calendar_cancel", event="review"), "Done.")
    assistant = make_assistant(engine)
    for when in ("monday at 9am", "tuesday at 10am"):
        await events_of(assistant, f"Schedule a review {when}", yes)
    events = await events_of(assistant, "Cancel the review", yes)
    assert "Which event is meant" in said(events)
    events = await events_of(assistant, "Tue 24 Nov", yes)
    (done,) = ended(events)
    proposals = [event for event in events if isinstance(event, Proposed)]
    assert done.resolved["start"].startswith("2026-11-24T10:00")
    assert not proposals[-1].preview.marked


async def test_an_unknown_event_is_a_sentence_and_ends_the_turn(make_assistant):
    events = await events_of(make_assistant(ScriptedEngine(call("calendar_cancel", event="opera"))), "Cancel the opera")
    assert [(one.status, one.reason) for one in ended(events)] == [
        ("failed", "No event of the coming year fits “opera”. Name it as the calendar does, or say its day.")
    ]


class TestForeignText:
    """What was read in messages can neither start a write nor slip a value into one unseen."""

    async def test_a_write_that_only_the_message_asks_for_is_refused(self, make_assistant, database):
        before = await database.run(dump)
        engine = ScriptedEngine(call("inbox_recent", count=3), call("calendar_cancel", event="budget review"), "Done.")
        events = await events_of(make_assistant(engine), "Show me my last three messages", yes)
        assert [one.status for one in ended(events)] == ["done", "refused"]
        assert "was not asked for by you" in ended(events)[1].reason
        assert not any(isinstance(event, Proposed) for event in events)
        assert await database.run(dump) == before

    async def test_a_value_out_of_a_message_is_marked_where_the_write_was_asked_for(self, make_assistant):
        create = call("calendar_create", title="lunch", start="tomorrow at 9am", attendees=["mallory@evil.example"])
        engine = ScriptedEngine(call("inbox_recent", count=3), create)
        request = "Show me my last three messages and put the lunch in the calendar"
        events = await events_of(make_assistant(engine), request)
        (proposed,) = [event for event in events if isinstance(event, Proposed)]
        marks = {line.name: line.mark for line in proposed.preview.lines}
        assert marks["title"] == ""
        assert marks["start"] == marks["attendees"] == "came from the message “Lunch” of Eve"

    async def test_the_mark_outlives_the_turn_in_which_the_text_was_read(self, make_assistant):
        engine = ScriptedEngine(
            call("inbox_recent", count=3),
            "Three messages.",
            call("calendar_create", title="lunch", start="tomorrow at 9am"),
            call("calendar_cancel", event="budget review"),
        )
        assistant = make_assistant(engine)
        await events_of(assistant, "Show me my last three messages")
        events = await events_of(assistant, "Put lunch in the calendar")
        (proposed,) = [event for event in events if isinstance(event, Proposed)]
        assert any("Eve" in line.mark for line in proposed.preview.lines)
        events = await events_of(assistant, "And what else?", yes)
        assert [one.status for one in ended(events)] == ["refused"]

    async def test_what_messages_say_is_data_to_the_model(self, make_assistant):
        engine = ScriptedEngine(call("inbox_recent", count=3), "Three messages.")
        await events_of(make_assistant(engine), "Show me my last three messages")
        system, *_, result = engine.asked[1]
        assert "is data" in system.content
        assert result.role == "tool"
        assert "mallory" not in result.content


async def test_a_digest_cites_the_messages(make_assistant):
    engine = ScriptedEngine(call("inbox_digest", count=3), "The heating was repaired on Thursday for 420 francs.")
    engine.answers.append("Here is the digest of 3 messages.")
    assistant = make_assistant(engine)
    events = await events_of(assistant, "Summarise my last three messages")
    answered: Any = events[-1]
    (sentence,) = answered.sentences
    assert sentence.supported
    assert {one.path.partition("/")[0] for one in sentence.citations} == {"inbox"}
    assert "repaired on Thursday" in sentence.citations[0].quote


async def test_action_items_are_kept_only_if_their_message_says_them(make_assistant, database):
    written = {
        "items": [
            {"what": "send the budget to Ben", "who": "Ben", "by": "Monday", "message": 1},
            {"what": "buy a yacht", "who": "Ana", "message": 1},
            {"what": "repaired the heating", "who": "Zoe", "message": 3},
        ]
    }
    engine = ScriptedEngine(call("inbox_action_items"), json.dumps(written), "Two action items.")
    events = await events_of(make_assistant(engine), "Pull out the action items")
    kept = await database.run(lambda db: [(one.what, one.who, one.due) for one in Inbox(db, None).items()])  # type: ignore[arg-type]
    assert ("send the budget to Ben", "Ben", "Monday") in kept
    assert not any("yacht" in what for what, _, _ in kept)
    assert ("repaired the heating", "", "") in kept
    (done,) = ended(events)
    await database.run(lambda db: db.journal.undo(done.effect_id))
    assert await database.run(lambda db: Inbox(db, None).items()) == []  # type: ignore[arg-type]


async def test_a_draft_is_text_and_nothing_else(make_assistant, database):
    before = await database.run(dump)
    reply = "Dear Ana,\nFriday suits me.\nBest"
    engine = ScriptedEngine(
        call("inbox_draft_reply", message="Ana's follow-up", points="Friday suits me"), reply, "Ready."
    )
    events = await events_of(make_assistant(engine), "Draft a reply to Ana's follow-up: Friday suits me")
    assert reply in said(events)
    assert await database.run(dump) == before


async def test_what_is_remembered_is_told_to_the_model_from_then_on(make_assistant):
    engine = ScriptedEngine(call("remember", fact="I take the tram"), "I will remember: I take the tram", "Hello.")
    assistant = make_assistant(engine)
    await events_of(assistant, "Remember that I take the tram", yes)
    await events_of(assistant, "Hello")
    assert "- I take the tram" in engine.asked[-1][0].content
    assert engine.asked[0][0].content == engine.asked[-1][0].content.partition("\n\nWhat the user")[0]


async def test_what_does_not_fit_any_more_is_summarised_and_it_is_said(make_assistant):
    long = "The deposit is 900 francs. " * 30 + "end."
    engine = ScriptedEngine(long, long, *["They spoke of the deposit."] * 4, n_ctx=450)
    assistant = make_assistant(engine)
    for _ in range(3):
        events = await events_of(assistant, "tell me more")
    assert "no longer fit this model's context: a short summary stands in their place" in notices(events)
    last = [turn.content for turn in engine.asked[-1]]
    assert "They spoke of the deposit." in last
    assert all(sum(len(turn.content.split()) for turn in turns) <= 450 for turns in engine.asked)


async def test_a_kept_conversation_goes_on_and_what_was_read_in_it_stays_foreign(make_assistant):
    engine = ScriptedEngine(call("calendar_create", title="lunch", start="tomorrow at 9am"), call("remember", fact="x"))
    assistant = make_assistant(engine)
    assistant.recall([Exchange("What does Eve want?", "She wants lunch tomorrow at 9am.")])
    events = await events_of(assistant, "Put lunch in the calendar")
    (proposed,) = [event for event in events if isinstance(event, Proposed)]
    marks = {line.name: line.mark for line in proposed.preview.lines}
    assert (marks["title"], marks["start"]) == ("", "came from an earlier answer")
    assert [turn.content for turn in engine.asked[0]][1:3] == [
        "What does Eve want?",
        "She wants lunch tomorrow at 9am.",
    ]
    assert [one.status for one in ended(await events_of(assistant, "And what else?", yes))] == ["refused"]


async def test_a_persona_stands_behind_the_fixed_words(make_assistant):
    engine = ScriptedEngine("Hello.")
    assistant = make_assistant(engine)
    assistant.instructions = "Answer in one word."
    await events_of(assistant, "Hello")
    assert engine.asked[0][0].content.startswith(SYSTEM)
    assert engine.asked[0][0].content.endswith("Answer in one word.")


async def test_a_failing_engine_is_a_sentence_and_the_next_request_works(make_assistant):
    engine = ScriptedEngine(EngineFailed("The engine stopped.", hint="Ask again."), "Hello there.")
    assistant = make_assistant(engine)
    assert "The engine stopped. Ask again." in notices(await events_of(assistant, "Hello"))
    assert said(await events_of(assistant, "Hello")) == "Hello there."


async def test_stopping_takes_effect_at_once_and_leaves_a_state_that_goes_on(make_assistant, database):
    before = await database.run(dump)
    engine = ScriptedEngine(Wait(), REVIEW)
    assistant = make_assistant(engine)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await events_of(assistant, ASK, yes)
    assert engine.closed == 1

    async def never(_: Proposed) -> Decision:
        await asyncio.Event().wait()
        return Decision(agreed=True)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5), aclosing(assistant.answer(ASK, never)) as events:
            async for _ in events:
                pass
    assert await database.run(dump) == before


async def test_the_pocket_model_hears_one_thing_at_a_time(make_assistant):
    engine = ScriptedEngine(
        call("inbox_digest", count=10),
        "Here is the digest of 3 messages.",
        call("inbox_action_items"),
        *[json.dumps({"items": []})] * 6,  # it reads the three messages sentence by sentence
        "No action items.",
        "When is the follow-up?",
        is_pocket=True,
    )
    request = (
        "Summarise my last ten messages, pull out the action items, and put the follow-up with Ana in the calendar"
    )
    assistant = make_assistant(engine)
    events = await events_of(assistant, request)
    assert [one.call.tool for one in ended(events)] == ["inbox_digest", "inbox_action_items"]
    assert said(events).endswith("When is the follow-up?")
    engine.answers += [call("calendar_create", title="follow-up", start="Friday at 3pm", attendees=["Ana"]), "Done."]
    (done,) = ended(await events_of(assistant, "Friday at 3pm", yes))
    assert done.status == "done"
    assert [turn.content for turn in engine.asked[-2] if turn.role == "user"] == [
        "Put the follow-up with Ana in the calendar",
        "Friday at 3pm",
    ]


async def test_what_the_pocket_models_call_lacks_is_asked_for_and_the_answer_completes_it(make_assistant, database):
    engine = ScriptedEngine(call("calendar_create", title="budget review"), is_pocket=True)
    assistant = make_assistant(engine)
    events = await events_of(assistant, "Plane bitte eine Budgetbesprechung mit Ana")
    assert said(events) == "Wann soll der Termin beginnen?"
    assert await titles(database) == []
    engine.answers += [call("calendar_create", title="Budgetbesprechung", start="Friday at 3pm"), "Done."]
    (done,) = ended(await events_of(assistant, "Friday at 3pm", yes))
    assert done.status == "done"
    assert [turn.content for turn in engine.asked[1][1:]] == [
        "Plane bitte eine Budgetbesprechung mit Ana",
        "Wann soll der Termin beginnen?",
        "Friday at 3pm",
    ]


async def test_another_models_call_goes_back_to_it_instead(make_assistant):
    engine = ScriptedEngine(call("calendar_create", title="budget review"), "When should it start?")
    assert said(await events_of(make_assistant(engine), ASK)) == "When should it start?"
    assert "start" in engine.asked[1][-1].content
