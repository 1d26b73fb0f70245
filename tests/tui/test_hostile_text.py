"""Foreign text cannot drive the terminal or the screen, wherever it comes in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from app.conversation.events import Answered, AnswerNotice, AnswerText, PassagesFound
from app.desk_api import EngineState, ModelRow, OpenedDocument, OpenedMessage
from app.download_terms import DownloadTerms
from app.folder_summary.events import DigestReady, FilesRead, Finished, Notice, Progress, TextWritten
from app.folder_summary.report import Citation, CitedSentence, Coverage, FileReport, Report
from app.model_list import ListedModel
from app.tui.terminal_safety import TerminalSafety
from tests.tui.conftest import until
from tests.tui.fake_desk import NOW, FakeDesk, Pause
from tools.calendar import Attendee, Listing, Occurrence, new_event
from tools.desk_db import Effect
from tools.inbox import ActionItem, Message, Person

HOSTILE = [
    "\x1b]52;c;ZXZpbA==\x07clipboard",
    "\x1b]52;c;ZXZpbA==\x1b\\clipboard",
    "\x1b]8;;http://evil.example/\x1b\\click\x1b]8;;\x1b\\",
    "\x1b[2J\x1b[Hcleared",
    "\x1bcreset",
    "\x1bP+q544e\x1b\\dcs",
    "\x1b_apc\x1b\\",
    "\x9b31mC1 csi",
    "right\u202eto left\u202c",
    "zero\u200bwidth",
    "tag\U000e0041\U000e0042",
    "[link=http://evil.example]markup[/link]",
    "[@click=app.quit]quit[/]",
    "[bold][/wrong]",
    "line\r\nbreak\x0b\x0c",
]


def desk_that_says(text: str) -> FakeDesk:
    quote = text.encode(errors="ignore").decode()
    citation = Citation(path=text, place=text, start=0, end=len(quote), quote=quote)
    sentence = CitedSentence(sentence=text, supported=False, citations=[citation], unsupported=[text])
    row = FileReport(path=text, status="failed", reason=text, title=text, summary=[sentence])
    return FakeDesk(
        summary=(
            Progress("reading", 1, 2, text),
            FilesRead((row,)),
            DigestReady((sentence,), Coverage(files=1, failed=1)),
            TextWritten(text, text),
            TextWritten("", text),
            Notice(text),
            Pause(),
            Finished(Report(summary=[sentence], files=[row], model=text)),
        ),
        answers=((PassagesFound((citation,)), AnswerText(text), AnswerNotice(text), Answered((sentence,), text)),),
        documents={text: OpenedDocument(text, text, quote, ((0, text),))},
        engine=EngineState(text, text, 1.0, text, text),
        messages=(hostile_message(text),),
        history=(Effect(1, text, text, NOW.timestamp(), None, 1),),
        listing=Listing((hostile_event(text),), (text,)),
        rows=(hostile_model(text),),
    )


def hostile_model(text: str) -> ModelRow:
    """As it would be if the folders' names were passed on."""
    model = ListedModel(
        id=text,
        name=text,
        role="chat",
        installed=False,
        fits=True,
        why=text,
        size=1,
        memory={text: 1},
        licence=text,
        restriction=text,
        good_at=text,
        projector=text,
    )
    return ModelRow(model, text, in_use=False, terms=DownloadTerms((("To", text), ("From", text)), hash_known=True))


def hostile_message(text: str) -> OpenedMessage:
    """As it would be if the inbox kept what it was given."""
    person = Person(text, text)
    message = Message(1, "mail", text, 1, person, (person,), None, text, text, text, (text,), text, text)
    return OpenedMessage(message, (ActionItem(1, text, text, text, text, id=1),))


def hostile_event(text: str) -> Occurrence:
    """As it would be if the calendar kept what it was given."""
    event = new_event("Meeting", NOW, description="x", location="x", attendees=(Attendee("a@example.org"),))
    for name in ("title", "location", "description"):
        object.__setattr__(event, name, text)
    object.__setattr__(event.attendees[0], "name", text)
    return Occurrence(event, event.start, event.end, NOW, NOW + timedelta(hours=1))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_no_widget_passes_it_on(make_app, text):
    app = make_app(desk_that_says(text), opened=True)
    async with app.run_test(size=(140, 40)) as pilot:
        await pilot.pause(0.15)
        seen = drawn(app)
        app.desk.go_on()
        await pilot.pause(0.1)
        await pilot.press(*"?ask"[1:], "enter")
        await pilot.pause(0.1)
        await pilot.press("ctrl+down")
        await pilot.pause(0.05)
        seen += drawn(app)
        linked = links(app)
        for key in ("f5", "i", "f6", "x", "n", "f7", "f10", "d"):
            await pilot.press(key)
            await pilot.pause(0.1)
            seen += drawn(app)
            linked += links(app)
        assert app.is_running
    assert app.return_code in {None, 0}
    assert all(sign.isprintable() for sign in seen if sign != "\n"), [sign for sign in seen if not sign.isprintable()]
    assert linked == []


def drawn(app) -> str:
    strips = app.screen._compositor.render_strips()
    return "\n".join(segment.text for strip in strips for segment in strip.apply_filter(TerminalSafety(), BLACK))


def links(app) -> list[str]:
    strips = app.screen._compositor.render_strips()
    filtered = (strip.apply_filter(TerminalSafety(), BLACK) for strip in strips)
    styles = [segment.style for strip in filtered for segment in strip if segment.style]
    actions = [style.meta["@click"] for style in styles if style.meta.get("@click") == "app.quit"]
    return [style.link for style in styles if style.link] + actions


async def test_an_address_is_shown_and_not_opened(make_app, monkeypatch):
    app = make_app(desk_that_says("x"))
    async with app.run_test(size=(140, 40)) as pilot:
        monkeypatch.setattr(app._driver, "open_url", lambda *_, **__: pytest.fail("it was opened"))
        app.open_url("http://evil.example/\x1b]52;c;ZXZpbA==\x07[bold]x")
        await until(pilot, lambda: len(app._notifications) > 0)
        [told] = app._notifications
    assert told.message.startswith("http://evil.example/")
    assert told.message.endswith("[bold]x")
    assert (told.message.isprintable(), told.markup) == (True, False)


BLACK = Color(0, 0, 0)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_the_filter_alone_lets_nothing_through(text):
    style = Style(link="http://evil.example/")
    (segment,) = TerminalSafety().apply([Segment(text, style)], BLACK)
    assert segment.text.isprintable()
    assert segment.style is not None
    assert segment.style.link is None


def test_the_filter_leaves_the_screen_s_own_sequences_and_plain_text():
    from rich.control import Control

    own = Control.home().segment
    plain = Segment("Straße 你好 नमस्ते", Style(bold=True))
    assert TerminalSafety().apply([own, plain], BLACK) == [own, plain]


def test_the_app_has_the_filter(make_app):
    app = make_app(FakeDesk())
    assert any(isinstance(line_filter, TerminalSafety) for line_filter in app._filters)
    assert isinstance(app._start_with, Path | None)
