"""The inbox, driven by keys over a real database."""

from __future__ import annotations

import pytest
from textual.widgets import Static

from app.tui.app import LlamaDeskApp
from app.tui.document_view import DocumentView
from app.tui.inbox_pane import InboxPane
from app.tui.message_view import MessageView
from app.tui.paged_list import PAGE_ROWS
from app.tui.place_list import PlaceList
from app.tui.prompt import Prompt
from app.tui.sources_pane import SourcesPane
from tests.tui.conftest import until
from tests.tui.diary import NOW, fill, open_desk
from tests.tui.post import fill_inbox, statuses
from tools.date_language import Dates
from tools.desk_db import DeskDatabase
from tools.inbox import Inbox

WIDE, NARROW = (140, 40), (80, 24)


@pytest.fixture
def open_app(desk_home, monkeypatch):
    monkeypatch.setenv("LLAMA_DESK_NOW", "2026-11-25T10:00")

    def make(*, filled: bool = True) -> LlamaDeskApp:
        fill_inbox(desk_home) if filled else fill(desk_home, ())
        return LlamaDeskApp(open_desk())

    return make


def words_on(app) -> str:
    return "\n".join(str(line.content) for line in app.screen.query(Static) if line.display and line.region)


def said(app) -> list[str]:
    return [notification.message for notification in app._notifications]


def drawn(widget) -> list[str]:
    return [widget.render_line(y).text.rstrip() for y in range(widget.size.height)]


async def in_the_inbox(pilot) -> InboxPane:
    await pilot.press("f5")
    pane = pilot.app.screen.query_one(InboxPane)
    await until(pilot, lambda: pane.messages.complete and pane.messages.has_focus)
    await pilot.pause()
    return pane


async def test_messages_newest_first_with_the_one_at_the_cursor_beside_them(open_app):
    async with open_app().run_test(size=WIDE) as pilot:
        pane = await in_the_inbox(pilot)
        lines = drawn(pane.messages)
        assert lines[0].startswith("›09:00")
        assert "Ana Keller" in lines[0]
        assert lines[0].endswith("+1")
        assert "Tomás in Mia" in lines[1]
        assert "Only after the keys." in lines[1]
        assert lines[6].startswith(" 21 Oct 2025 Ana Keller")
        assert "Inbox · 7 messages" in words_on(pilot.app)
        await until(pilot, lambda: "send me your bank account before Thursday" in words_on(pilot.app))
        head = words_on(pilot.app)
        assert "from  Ana Keller <ana@example.org>" in head
        assert "files handover.pdf" in head
        assert "[ ] Send the bank account" in head
        await pilot.press("end")
        await until(pilot, lambda: "The left tap in the bathroom" in words_on(pilot.app))


async def test_on_a_small_terminal_a_message_takes_the_place_of_the_list(open_app):
    async with open_app().run_test(size=NARROW) as pilot:
        pane = await in_the_inbox(pilot)
        view = pane.query_one(MessageView)
        assert not view.display
        await pilot.press("enter")
        await until(pilot, lambda: "Dear Tomás," in words_on(pilot.app))
        assert (view.display, pane.messages.display) == (True, False)
        assert view.query_one(DocumentView).has_focus
        await pilot.press("escape")
        assert (view.display, pane.messages.display) == (False, True)
        assert pane.messages.has_focus
        await pilot.press("escape")
        assert isinstance(pilot.app.focused, Prompt)


async def test_a_source_beside_it_gets_the_keys_of_a_source(open_app):
    """The inbox has a text that is scrolled like that of a source; the two are not taken for each other."""
    async with open_app().run_test(size=NARROW) as pilot:
        await in_the_inbox(pilot)
        await pilot.press("f3")
        document = pilot.app.screen.query_one(SourcesPane).query_one(DocumentView)
        await until(pilot, lambda: document.has_focus)


async def test_words_are_searched_for_and_escape_shows_all_again(open_app):
    async with open_app().run_test(size=WIDE) as pilot:
        pane = await in_the_inbox(pilot)
        await pilot.press("s")
        assert pilot.app.screen.query_one(Prompt).value == "/inbox "
        await pilot.press(*"from:ben van", "enter")
        await until(pilot, lambda: "Inbox: from:ben van · 2 messages" in words_on(pilot.app))
        assert {head.subject for head in pane.messages.rows} == {"Moving van", "Re: Moving van"}
        await pilot.press("escape")
        await until(pilot, lambda: len(pane.messages.rows) == 7)
        assert pane.display


async def test_what_is_not_found_or_not_understood_is_said(open_app):
    async with open_app().run_test(size=WIDE, notifications=True) as pilot:
        await in_the_inbox(pilot)
        await pilot.press("s", *"zeppelin", "enter")
        await until(pilot, lambda: "No message fits." in words_on(pilot.app))
        await pilot.press("s", *"before:blue", "enter")
        await until(pilot, lambda: any("blue" in one for one in said(pilot.app)))


async def test_a_message_leads_to_its_thread(open_app):
    async with open_app().run_test(size=WIDE) as pilot:
        pane = await in_the_inbox(pilot)
        await pilot.press("down", "down", "down", "t")
        await until(pilot, lambda: "Thread: Re: Moving van" in words_on(pilot.app))
        await until(pilot, lambda: pane.messages.complete)
        assert [head.subject for head in pane.messages.rows] == ["Re: Moving van", "Moving van"]


async def test_what_is_to_be_done_is_ticked_and_undone(open_app, desk_home):
    async with open_app().run_test(size=WIDE, notifications=True) as pilot:
        pane = await in_the_inbox(pilot)
        places = pilot.app.screen.query_one(PlaceList)
        await until(pilot, lambda: any("2 to do" in line for line in drawn(places)))
        await pilot.press("i")
        await until(pilot, lambda: pane.items.rows and pane.items.has_focus)
        assert drawn(pane.items)[:2] == [
            "›[ ] Bring the deposit receipt                    Tomás",
            " [ ] Send the bank account     by Thursday (tomorrow) ·…",
        ]
        await pilot.press("down", "space")
        await until(pilot, lambda: any("1 to do" in line for line in drawn(places)))
        assert drawn(pane.items)[1].startswith("›[x] Send the bank acco")
        assert statuses(desk_home) == {"Bring the deposit receipt": "open", "Send the bank account": "done"}
        assert "Done: Send the bank account. ^Z takes it back." in said(pilot.app)
        await pilot.press("ctrl+z")
        await until(pilot, lambda: drawn(pane.items)[1].startswith("›[ ] Send the bank acco"))
        assert statuses(desk_home)["Send the bank account"] == "open"
        await pilot.press("enter")
        await until(pilot, lambda: pane.query_one(DocumentView).has_focus)
        assert "Dear Tomás," in words_on(pilot.app)
        await pilot.press("escape", "i")
        await until(pilot, lambda: pane.messages.rows and pane.messages.has_focus)


@pytest.mark.parametrize("command", ["/to-do", "/tick"])
async def test_the_items_are_reached_by_their_commands(open_app, command):
    async with open_app().run_test(size=WIDE) as pilot:
        await pilot.press(*command, "enter")
        pane = pilot.app.screen.query_one(InboxPane)
        await until(pilot, lambda: len(pane.items.rows) == 2)
        await until(pilot, lambda: "To do · 2 open, 2 in all" in words_on(pilot.app))
        await pilot.press("slash", *"tick", "enter")
        await until(pilot, lambda: pane.items.rows[0].status == "done")


async def test_an_empty_inbox_says_what_to_do_first(open_app):
    async with open_app(filled=False).run_test(size=NARROW) as pilot:
        pane = await in_the_inbox(pilot)
        await until(pilot, lambda: "There are no messages here yet." in words_on(pilot.app))
        await pilot.press("enter", "t", "i")
        await until(pilot, lambda: "Nothing is to be done." in words_on(pilot.app))
        await pilot.press("space", "enter")
        await pilot.pause()
        assert not pane.has_class("-reading")


async def test_of_many_messages_only_what_was_scrolled_to_is_read(open_app, desk_home):
    app = open_app(filled=False)
    with DeskDatabase.open(desk_home / "desk.sqlite") as db, db.transaction():
        db.write("INSERT INTO inbox_threads (id) VALUES (1)")
        db.write(
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000)"
            " INSERT INTO inbox_messages (content_key, place_key, source, message_id, thread_id, sender_name,"
            "  sender_address, recipients, date, sent_at, subject, body, chat, attachments, sender_indexed,"
            "  others_indexed, files_indexed)"
            " SELECT CAST(n AS BLOB), CAST(n AS BLOB), 'mail', n, 1, 'Ana', 'ana@example.org', '[]', '', n,"
            "  'Mail ' || n, 'Text', '', 0, 'Ana', '', '' FROM numbers"
        )
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("f5")
        messages = app.screen.query_one(InboxPane).messages
        await until(pilot, lambda: messages.rows)
        assert len(messages.rows) == PAGE_ROWS
        for pages in (2, 3):
            await pilot.press("end")
            await until(pilot, lambda pages=pages: len(messages.rows) == pages * PAGE_ROWS)
        assert [head.subject for head in messages.rows] == [f"Mail {20000 - n}" for n in range(3 * PAGE_ROWS)]
        assert "20,000 messages" in words_on(app)
        assert len(messages.children) == 0


async def test_a_date_that_cannot_be_is_shown_beside_when_the_mail_was_received(open_app, desk_home, tmp_path):
    app = open_app(filled=False)
    late = (
        b"Received: by mx; Tue, 24 Nov 2026 10:02:00 +0100\nFrom: eve@example.org\nSubject: Late\n"
        b"Date: Mon, 30 Jun 3609 15:33:50 +0600\n\nBuy!\n"
    )
    (tmp_path / "late.eml").write_bytes(late)
    with DeskDatabase.open(desk_home / "desk.sqlite") as db:
        Inbox(db, Dates(lambda: NOW, ("en",))).import_path(tmp_path / "late.eml")
    async with app.run_test(size=WIDE) as pilot:
        pane = await in_the_inbox(pilot)
        assert "yesterday" in drawn(pane.messages)[0]
        await until(pilot, lambda: "yesterday 10:02 (it says 3609-06-30T15:33:50+06:00)" in words_on(app))
