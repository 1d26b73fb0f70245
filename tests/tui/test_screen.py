"""The screen, driven by keys over a desk that plays a script."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Paste
from textual.widgets import Input, OptionList, Static

from app.conversation.events import Answered, AnswerNotice, CallEnded, PassagesFound, Proposed, Said
from app.conversation.policy import Preview, PreviewLine
from app.desk_api import EngineState
from app.errors import DeskError
from app.folder_summary.events import DigestReady, TextWritten
from app.folder_summary.report import CitedSentence, Coverage
from app.tui.call_card import CallCard
from app.tui.call_editor import CallEditor
from app.tui.commands import COMMANDS
from app.tui.conversation_view import ConversationView
from app.tui.file_list import FileList
from app.tui.header import Header
from app.tui.help_screen import HelpScreen
from app.tui.place_list import PlaceList
from app.tui.progress_line import ProgressLine
from app.tui.prompt import Prompt
from app.tui.sentence_list import SentenceRow
from app.tui.sources_pane import SourcesPane
from tests.tui.conftest import until
from tests.tui.fake_desk import FakeDesk, Pause
from tests.tui.lease_story import DEPOSIT, READING, lease_desk, noticed_desk, paused_desk
from tools.desk_db.journal import Effect
from tools.desk_tools import calendar_create


def words_on(app) -> str:
    """The text of every widget that is seen, whatever its place."""
    return "\n".join(str(line.content) for line in app.screen.query(Static) if line.display and line.region)


async def settle(pilot, app) -> None:
    await pilot.pause()
    while app.desk_screen.jobs.at_work:
        await pilot.pause(0.02)
    await pilot.pause()


async def test_an_empty_screen_says_what_to_do_first(make_app):
    async with make_app(lease_desk()).run_test(size=(120, 36)) as pilot:
        assert "Which folder shall we read?" in words_on(pilot.app)
        assert isinstance(pilot.app.focused, Prompt)


async def test_the_pocket_model_says_what_it_is_in_one_line(make_app):
    desk = FakeDesk(engine=EngineState("llama-desk pocket", hint="This is the pocket model: it can do little."))
    async with make_app(desk).run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert "This is the pocket model" in words_on(pilot.app)
        assert "llama-desk pocket" in str(pilot.app.screen.query_one(Header).render())


async def test_a_path_is_summarised_and_every_sentence_shows_its_sources(make_app, tmp_path):
    desk = lease_desk()
    async with make_app(desk).run_test(size=(120, 36)) as pilot:
        await pilot.press(*str(tmp_path), "enter")
        await settle(pilot, pilot.app)
        assert desk.summarised[0][0] == (tmp_path,)
        text = words_on(pilot.app)
        assert "The rent is 950 euro a month, due on the third working day. [1]" in text
        assert "(unsupported: 2031)" in text
        assert not any(line.display for line in pilot.app.screen.query(ProgressLine))


async def test_options_after_a_path_are_understood(make_app, tmp_path):
    desk = lease_desk()
    async with make_app(desk).run_test(size=(120, 36)) as pilot:
        await pilot.press(*f"/summarise {tmp_path} quick fresh", "enter")
        await settle(pilot, pilot.app)
        options = desk.summarised[0][1]
        assert (options.depth, options.fresh, options.use_model) == ("quick", True, True)


async def test_what_is_typed_after_enter_is_not_part_of_the_line(make_app, tmp_path):
    desk = lease_desk()
    async with make_app(desk).run_test(size=(120, 36)) as pilot:
        await pilot.press(*str(tmp_path))
        prompt = pilot.app.screen.query_one(Prompt)
        prompt.post_message(Prompt.Submitted(prompt, prompt.value))
        prompt.value += "W"
        await settle(pilot, pilot.app)
        assert desk.summarised[0][0] == (tmp_path,)
        assert prompt.value == "W"


async def test_a_wrong_path_and_a_wrong_command_are_sentences(make_app):
    desk = lease_desk()
    async with make_app(desk).run_test(size=(120, 36)) as pilot:
        await pilot.press(*"/no/such/place", "enter")
        await pilot.press(*"/nonsense", "enter")
        await pilot.pause()
        assert "There is nothing at /no/such/place" in words_on(pilot.app)
        assert "There is no command /nonsense" in words_on(pilot.app)
        assert desk.summarised == []


async def test_a_slash_alone_reads_no_disk(make_app):
    desk = lease_desk()
    async with make_app(desk).run_test(size=(120, 36)) as pilot:
        await pilot.press("slash", "enter")
        await settle(pilot, pilot.app)
        assert desk.summarised == []
        assert "Type a command's name behind the /." in words_on(pilot.app)
        await pilot.press(*"/summarise /", "enter")
        await settle(pilot, pilot.app)
        assert [paths for paths, _ in desk.summarised] == [(Path("/"),)]


async def test_the_keys_behind_a_slash_are_for_the_prompt_at_once(make_app):
    async with make_app(lease_desk()).run_test(size=(120, 36)) as pilot:
        await pilot.press("f5")
        await pilot.pause()
        assert not isinstance(pilot.app.focused, Prompt)
        pilot.app.desk_screen.action_begin("/")
        assert isinstance(pilot.app.focused, Prompt)
        await pilot.press(*"calendar")
        assert pilot.app.screen.query_one(Prompt).value == "/calendar"


async def test_escape_stops_and_says_that_what_is_done_is_kept(make_app):
    desk = paused_desk()
    async with make_app(desk, opened=True).run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: desk.pauses and "esc stops" in words_on(pilot.app))
        await pilot.press("escape")
        await settle(pilot, pilot.app)
        assert desk.stopped == 1
        assert "Stopped. What is done is kept" in words_on(pilot.app)
        assert "esc stops" not in words_on(pilot.app)


async def test_the_text_is_shown_as_it_is_written(make_app):
    async with make_app(paused_desk(), opened=True).run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "The deposit comes back within" in words_on(pilot.app))
        assert "From the files' own words" in words_on(pilot.app)


async def test_a_question_is_answered_and_its_source_opens_in_its_place(make_app):
    desk = lease_desk()
    async with make_app(desk, opened=True).run_test(size=(160, 40)) as pilot:
        await settle(pilot, pilot.app)
        await pilot.press(*"When does the deposit come back?", "enter")
        await settle(pilot, pilot.app)
        assert desk.asked[0][0] == "When does the deposit come back?"
        rows = list(pilot.app.screen.query(SentenceRow))
        rows[-1].open_source()
        await settle(pilot, pilot.app)
        pane = pilot.app.screen.query_one(SourcesPane)
        assert desk.opened[-1] == DEPOSIT.path
        assert "page 2" in str(pane.query_one(".place", Static).content)


async def test_nothing_found_is_said_once(make_app):
    sentence = "That is not in the files of this folder."
    desk = lease_desk(answers=((PassagesFound(()), AnswerNotice(sentence), Answered((), None)),))
    async with make_app(desk, opened=True).run_test(size=(120, 36)) as pilot:
        await settle(pilot, pilot.app)
        await pilot.press(*"Who won?", "enter")
        await settle(pilot, pilot.app)
        assert words_on(pilot.app).count(sentence) == 1


def proposal():
    call = calendar_create.call(title="budget review", start="tomorrow at 3pm", attendees=["Ana", "Ben"])
    lines = (
        PreviewLine("title", "budget review"),
        PreviewLine("start", "Sun 22 Nov 2026 15:00"),
        PreviewLine("attendees", "Ana, Ben", "came from the message “Lunch” of Ana"),
    )
    return Proposed(1, Preview(call, "Create “budget review”", lines, ("At the same time: Choir, 15:00.",)))


async def test_a_write_is_shown_with_its_marks_and_done_only_on_yes(make_app):
    proposed = proposal()
    ended = CallEnded(1, proposed.preview.call, "done", data={"created": {"title": "budget review"}}, effect_id=7)
    desk = lease_desk(answers=((proposed, ended, Said("In the calendar."), Answered((), "pocket")),))
    async with make_app(desk).run_test(size=(120, 36)) as pilot:
        await pilot.press(*"Schedule a budget review", "enter")
        await until(pilot, lambda: isinstance(pilot.app.focused, CallCard))
        card = pilot.app.screen.query_one(CallCard)
        assert str(card.border_title) == "calendar_create"
        for words in ("Sun 22 Nov 2026 15:00", "Ana, Ben  ⚠ came from the message", "At the same time: Choir"):
            assert words in str(card.render())
        assert "no (default)" in str(card.border_subtitle)
        assert desk.decisions == []
        await pilot.press("y")
        await settle(pilot, pilot.app)
        assert [decision.agreed for decision in desk.decisions] == [True]
        assert "done" in str(card.border_subtitle)
        assert "In the calendar." in words_on(pilot.app)


async def test_a_card_says_that_its_effect_was_undone(make_app, monkeypatch):
    proposed = proposal()
    ended = CallEnded(1, proposed.preview.call, "done", effect_id=7)
    desk = lease_desk(answers=((proposed, ended, Answered((), "pocket")),))
    undone = iter((6, 7))

    async def undo(_effect_id=None):
        return Effect(next(undone), "calendar_create", "Create “budget review”", 0.0, 1.0, 1)

    monkeypatch.setattr(desk, "undo", undo)
    async with make_app(desk).run_test(size=(120, 36)) as pilot:
        await pilot.press(*"Schedule a budget review", "enter")
        await until(pilot, lambda: isinstance(pilot.app.focused, CallCard))
        await pilot.press("y")
        await settle(pilot, pilot.app)
        card = pilot.app.screen.query_one(CallCard)
        for said in ("done · ^z undoes it", "undone"):
            await pilot.press("ctrl+z")
            await settle(pilot, pilot.app)
            assert str(card.border_subtitle) == said


async def test_a_proposal_can_be_edited_and_left_as_it_was(make_app):
    proposed = proposal()
    desk = lease_desk(answers=((proposed, Answered((), "pocket")),))
    async with make_app(desk).run_test(size=(120, 40)) as pilot:
        await pilot.press(*"Schedule it", "enter")
        await until(pilot, lambda: isinstance(pilot.app.focused, CallCard))
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, CallEditor))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.focused, CallCard))
        assert desk.decisions == []
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, CallEditor))
        await pilot.press("end", *" talk", "enter")
        await settle(pilot, pilot.app)
        (decision,) = desk.decisions
        assert not decision.agreed
        assert decision.arguments == {
            "title": "budget review talk",
            "start": "tomorrow at 3pm",
            "attendees": ["Ana", "Ben"],
        }


@pytest.mark.parametrize("key", ["n", "enter", "escape"])
async def test_every_other_key_of_a_proposal_is_no(make_app, key):
    proposed = proposal()
    ended = CallEnded(1, proposed.preview.call, "refused", reason="You said no.")
    desk = lease_desk(answers=((proposed, ended, Answered((), "pocket")),))
    async with make_app(desk).run_test(size=(120, 36)) as pilot:
        await pilot.press(*"Schedule it", "enter")
        await until(pilot, lambda: isinstance(pilot.app.focused, CallCard))
        await pilot.press(key)
        await settle(pilot, pilot.app)
        assert [decision.agreed for decision in desk.decisions] == [False]
        assert "You said no." in words_on(pilot.app)


async def test_without_a_folder_the_model_s_own_words_are_shown(make_app):
    desk = lease_desk(answers=((Said("I cannot help with that."), Answered((), "llama-desk pocket")),))
    async with make_app(desk).run_test(size=(120, 36)) as pilot:
        await pilot.press(*"What is the capital of France?", "enter")
        await settle(pilot, pilot.app)
        assert "I cannot help with that." in words_on(pilot.app)


async def test_a_notice_of_the_run_stays_on_the_screen(make_app):
    async with make_app(noticed_desk(), opened=True).run_test(size=(120, 36)) as pilot:
        await settle(pilot, pilot.app)
        assert "The engine stopped and was started again." in words_on(pilot.app)


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (DeskError("The disk is full.", hint="Free some space."), "The disk is full. Free some space."),
        (ValueError("index out of range"), "llama-desk made a mistake"),
    ],
)
async def test_work_that_fails_is_a_sentence_and_the_screen_goes_on(make_app, failure, said):
    desk = lease_desk(summary=(*READING, failure))
    async with make_app(desk, opened=True).run_test(size=(120, 36), notifications=True) as pilot:
        await until(pilot, lambda: said in words_on(pilot.app))
        text = words_on(pilot.app)
        assert "Traceback" not in text
        await pilot.press(*"still here")
        assert pilot.app.screen.query_one(Prompt).value == "still here"


async def test_a_new_conversation_is_empty_and_the_desk_forgets(make_app):
    desk = paused_desk()
    async with make_app(desk, opened=True).run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: desk.pauses)
        await pilot.press("ctrl+n")
        await settle(pilot, pilot.app)
        assert "Which folder shall we read?" in words_on(pilot.app)
        assert (desk.forgotten, desk.stopped) == (1, 1)


async def test_the_picker_keeps_what_is_typed_while_it_looks(make_app, tmp_path):
    (tmp_path / "papers" / "lease").mkdir(parents=True)
    desk = lease_desk()
    async with make_app(desk).run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+o")
        await pilot.pause()
        field = pilot.app.screen.query_one(Input)
        for sign in f"{tmp_path}/papers/lea":
            field.value += sign
        await until(pilot, lambda: field.value == "lea")
        await until(pilot, lambda: pilot.app.screen.query_one(OptionList).option_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: field.value == "")
        await pilot.press("enter")
        await settle(pilot, pilot.app)
        assert desk.summarised[0][0] == (tmp_path / "papers" / "lease",)


async def test_a_command_may_be_cut_short_and_lines_pasted(make_app):
    async with make_app(lease_desk()).run_test(size=(120, 36)) as pilot:
        prompt = pilot.app.screen.query_one(Prompt)
        prompt.post_message(Paste("What is\nthe rent?"))
        await until(pilot, lambda: prompt.value == "What is the rent?")
        prompt.value = ""
        await pilot.press(*"/hel", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))


async def test_an_empty_folder_says_so(make_app):
    from app.folder_summary.events import Finished
    from app.folder_summary.report import Report

    desk = lease_desk(summary=(Finished(Report()),))
    async with make_app(desk, opened=True).run_test(size=(120, 36)) as pilot:
        await settle(pilot, pilot.app)
        assert "There is nothing in it." in words_on(pilot.app)
        assert "From the files' own words" not in words_on(pilot.app)


@pytest.mark.parametrize("stopped", [False, True])
async def test_many_sentences_all_come_also_when_the_work_is_stopped(make_app, stopped):
    sentences = tuple(CitedSentence(sentence=f"Sentence {number}.", supported=True) for number in range(9))
    desk = lease_desk(summary=(DigestReady(sentences, Coverage(files=1, done=1)), Pause()))
    async with make_app(desk, opened=True).run_test(size=(120, 50)) as pilot:

        def shown() -> list[CitedSentence]:
            return [row.numbered_sentence.sentence for row in pilot.app.screen.query(SentenceRow)]

        await until(pilot, shown)
        if stopped:
            pilot.app.desk_screen.jobs.stop_all()
        await until(pilot, lambda: len(shown()) == len(sentences))
        assert shown() == list(sentences)


async def test_leaving_closes_the_desk(make_app):
    desk = paused_desk()
    async with make_app(desk, opened=True).run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: desk.pauses)
        await pilot.press("ctrl+q")
    assert desk.closed == 1


async def test_streaming_follows_only_a_reader_at_the_bottom(make_app):
    lines = [TextWritten("", f"Sentence number {number} of a long text. ") for number in range(300)]
    desk = lease_desk(summary=(*lines[:100], Pause(), *lines[100:200], Pause(), *lines[200:], Pause()))
    async with make_app(desk, opened=True).run_test(size=(80, 24)) as pilot:
        view = pilot.app.screen.query_one(ConversationView)
        await until(pilot, lambda: "number 99 " in words_on(pilot.app))
        assert view.scroll_offset.y == view.max_scroll_y > 0
        desk.go_on()
        await until(pilot, lambda: "number 199 " in words_on(pilot.app))
        followed = view.max_scroll_y
        assert view.scroll_offset.y == followed
        view.scroll_to(y=3, animate=False)
        await pilot.pause()
        desk.go_on()
        await until(pilot, lambda: "number 299 " in words_on(pilot.app))
        assert view.scroll_offset.y == 3
        assert view.max_scroll_y > followed


async def test_twenty_thousand_files_are_one_screen_of_lines(make_app):
    from app.folder_summary.events import FilesRead
    from app.folder_summary.report import FileReport

    rows = tuple(FileReport(path=f"part-{n // 500:02}/{n}.txt", status="done") for n in range(20_000))
    desk = lease_desk(summary=(FilesRead(rows), Pause()))
    async with make_app(desk, opened=True).run_test(size=(120, 36)) as pilot:
        files = pilot.app.screen.query_one(FileList)
        await until(pilot, lambda: files.order.lines)
        assert len(files.order.lines) == 20_040  # and a heading for each folder
        assert len(files.children) == 0
        files.focus()
        await pilot.press("end", "enter")
        await until(pilot, lambda: desk.opened)
        assert desk.opened == ["part-39/19999.txt"]


async def test_privacy_is_shown_and_tried(make_app):
    async with make_app(lease_desk()).run_test(size=(120, 50)) as pilot:
        await pilot.press(*"/privacy", "enter")
        await pilot.pause()
        assert "network by the kernel (seccomp)" in words_on(pilot.app)
        assert "/home/ana/lease" in words_on(pilot.app)
        assert "tiny-1b-q4 from huggingface.co: done, 9 MB came in" in words_on(pilot.app)
        await pilot.press("t")
        await pilot.pause()
        assert "1 ways out were tried, none of them open." in words_on(pilot.app)
        await pilot.press("escape")
        assert "seccomp" not in words_on(pilot.app)


async def test_every_action_is_in_the_palette_and_in_the_help(make_app):
    async with make_app(lease_desk()).run_test(size=(120, 50)) as pilot:
        titles = {command.title for command in pilot.app.get_system_commands(pilot.app.screen)}
        assert all(any(title.startswith(command.title) for title in titles) for command in COMMANDS)
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HelpScreen)
        text = words_on(pilot.app)
        assert all(f"/{command.name}" in text for command in COMMANDS)
        await pilot.press("escape")
        assert not isinstance(pilot.app.screen, HelpScreen)


@pytest.mark.parametrize(("width", "files", "sources"), [(79, False, False), (100, True, False), (140, True, True)])
async def test_side_panes_are_columns_only_where_there_is_room(make_app, width, files, sources):
    async with make_app(lease_desk(), opened=True).run_test(size=(width, 30)) as pilot:
        await settle(pilot, pilot.app)
        panes = pilot.app.desk_screen.panes
        assert (panes.side.display, panes.sources.display) == (files, sources)


async def test_an_overlay_opens_over_a_narrow_screen_and_escape_closes_it(make_app):
    async with make_app(lease_desk(), opened=True).run_test(size=(78, 24)) as pilot:
        await settle(pilot, pilot.app)
        await pilot.press("f2")
        await pilot.pause()
        assert pilot.app.desk_screen.panes.side.display
        await pilot.press("escape")
        await pilot.pause()
        assert not pilot.app.desk_screen.panes.side.display


async def test_what_lies_over_a_narrow_screen_gives_way_to_what_is_asked_for(make_app):
    async with make_app(lease_desk(), opened=True).run_test(size=(78, 24)) as pilot:
        await settle(pilot, pilot.app)
        panes = pilot.app.desk_screen.panes
        await pilot.press("f2", "f3")
        await pilot.pause()
        assert panes.sources.display
        await pilot.press("f2")
        await pilot.pause()
        assert (panes.side.display, panes.sources.display) == (True, False)
        assert isinstance(pilot.app.focused, PlaceList)
        await pilot.press("f3")
        await pilot.pause()
        pilot.app.screen.query_one(Prompt).focus()
        await pilot.press(*"What is the deposit?", "enter")
        await settle(pilot, pilot.app)
        assert (panes.side.display, panes.sources.display) == (False, False)


async def test_a_long_line_scrolls_within_the_prompt(make_app):
    async with make_app(lease_desk(), opened=True).run_test(size=(80, 24)) as pilot:
        await settle(pilot, pilot.app)
        prompt = pilot.app.screen.query_one(Prompt)
        await pilot.press(*("word " * 30), "z")
        await pilot.pause()
        assert "z" in prompt.render_line(0).text
