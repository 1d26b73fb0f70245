"""`llama-desk chats`: the conversations that were kept."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path
from typing import Literal

import click
from pydantic import BaseModel, RootModel

from app.clock import user_zone
from app.commands.output import echo_json, echo_markdown, write_file
from app.conversation.export import chat_to_markdown, export_chat, written_time
from app.database_thread import DatabaseThread
from app.errors import Exit
from app.locations import locations
from app.settings import load_settings
from app.wording import count
from tools.conversation_search import search_conversations
from tools.desk_db import Conversation, DeskDatabase
from tools.sanitise import sanitise

as_json_option = click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")
number = click.argument("number", type=click.IntRange(min=1), metavar="ID")


class ListedChat(BaseModel):
    """Times are ISO 8601 with their zone; `turns` counts those of all branches."""

    id: int
    title: str
    persona: str
    model: str
    created: str
    changed: str
    turns: int


class ListedChats(BaseModel):
    """What `chats list --json` prints: newest first. `next` is what `--before` takes for the next page, if any."""

    chats: list[ListedChat]
    next: int | None


class FoundInChat(BaseModel):
    """One turn; a higher `score` fits better."""

    chat: int
    title: str
    turn: int
    role: str
    snippet: str
    score: float
    created: str


class FoundInChats(RootModel[list[FoundInChat]]):
    """What `chats search --json` prints."""


class ChangedChat(BaseModel):
    """What `chats rename --json` and `chats remove --json` print: the conversation as it is, or was."""

    status: Literal["renamed", "removed"]
    chat: ListedChat


@click.group()
def chats() -> None:
    """The conversations that were kept: list, show, search, export, rename and remove them."""


@chats.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="The most conversations.")
@click.option("--before", type=click.IntRange(min=1), metavar="ID", help="Those that come after this one in the list.")
@as_json_option
def list_chats(limit: int, before: int | None, as_json: bool) -> int:
    """The conversations, the one in which something was said last first."""

    def page(db: DeskDatabase) -> list[Conversation]:
        last = db.conversations.get(before) if before else None
        return db.conversations.latest(limit + 1, before=last)

    found, zone = _with_database(page), _zone()
    listed = ListedChats(
        chats=[_listed(conversation, zone) for conversation in found[:limit]],
        next=found[limit - 1].id if len(found) > limit else None,
    )
    if as_json:
        echo_json(listed)
        return Exit.DONE
    for chat in listed.chats:
        click.echo(f"{chat.id:>6}  {_minute(chat.changed)}  {chat.title or 'without a title'} ({_turns(chat)})")
    if not found:
        click.echo("There are no conversations yet; those of the screen are kept.", err=True)
    if listed.next is not None:
        click.echo(f"There are more: --before {listed.next}", err=True)
    return Exit.DONE


@chats.command()
@number
@as_json_option
def show(number: int, as_json: bool) -> int:
    """Print a conversation: the branch that was last gone on with, or with --json all of them."""
    zone = _zone()
    chat = _with_database(lambda db: export_chat(db, number, zone))
    if as_json:
        echo_json(chat)
    else:
        echo_markdown(chat_to_markdown(chat))
    return Exit.DONE


@chats.command()
@click.argument("words")
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="The most results.")
@as_json_option
def search(words: str, limit: int, as_json: bool) -> int:
    """Find what was said, on every branch of every conversation."""
    if not words.strip():
        raise click.UsageError("There is no word to search for.")
    hits, zone = _with_database(lambda db: search_conversations(db, words, limit=limit)), _zone()
    found = [
        FoundInChat(
            chat=hit.conversation_id,
            title=hit.title,
            turn=hit.turn_id,
            role=hit.role,
            snippet=hit.snippet,
            score=hit.score,
            created=written_time(hit.created_at, zone),
        )
        for hit in hits
    ]
    if as_json:
        echo_json(FoundInChats(found))
        return Exit.DONE
    for hit in found:
        click.echo(f"{hit.chat:>6}  {_minute(hit.created)}  {hit.title}\n        {hit.snippet}\n")
    if not found:
        click.echo("Nothing found in the conversations that were kept.", err=True)
    return Exit.DONE


@chats.command()
@number
@click.option("--format", "form", type=click.Choice(["md", "json"]), default="md", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False, readable=False), help="Write it to a file.")
@as_json_option
def export(number: int, form: str, out: Path | None, as_json: bool) -> int:
    """A conversation as Markdown, the branch last gone on with, or as JSON, all of them; with its sources."""
    zone = _zone()
    chat = _with_database(lambda db: export_chat(db, number, zone))
    text = chat.model_dump_json(indent=2) + "\n" if form == "json" or as_json else chat_to_markdown(chat)
    if out is None:
        click.echo(text, nl=False)
    else:
        write_file(out, text)
        click.echo(f"“{chat.title}” was written to {sanitise(str(out))}.", err=True)
    return Exit.DONE


@chats.command()
@number
@click.argument("title")
@as_json_option
def rename(number: int, title: str, as_json: bool) -> int:
    """Give a conversation another title; an empty one gives the beginning of its first question back."""
    renamed = _listed(_with_database(lambda db: db.conversations.rename(number, title)), _zone())
    if as_json:
        echo_json(ChangedChat(status="renamed", chat=renamed))
    else:
        click.echo(f"{renamed.id} is now “{renamed.title}”.")
    return Exit.DONE


@chats.command()
@number
@click.option("--yes", is_flag=True, help="Do not ask; needed where nobody can be asked.")
@as_json_option
def remove(number: int, yes: bool, as_json: bool) -> int:
    """Forget a conversation for good: its words stay nowhere in the database. This cannot be undone."""
    gone = _listed(_with_database(lambda db: db.conversations.get(number)), _zone())
    if not yes and not _agreed(gone, as_json):
        click.echo("Nothing was removed.", err=True)
        return Exit.FAILED
    _with_database(lambda db: db.conversations.remove(number))
    if as_json:
        echo_json(ChangedChat(status="removed", chat=gone))
    else:
        click.echo(f"“{gone.title}” was removed.")
    return Exit.DONE


def _agreed(chat: ListedChat, as_json: bool) -> bool:
    if as_json or not sys.stdin.isatty():
        raise click.UsageError("Removing cannot be undone: say --yes.")
    return click.confirm(f"Remove “{chat.title}” ({_turns(chat)}) for good?", default=False, err=True)


def _with_database[T](work: Callable[[DeskDatabase], T]) -> T:
    database = DatabaseThread(locations().make().database)
    try:
        return database.run_now(work)
    finally:
        database.close_now()


def _zone() -> tzinfo:
    return user_zone(load_settings(locations().settings))


def _listed(conversation: Conversation, zone: tzinfo) -> ListedChat:
    return ListedChat(
        id=conversation.id,
        title=conversation.title,
        persona=conversation.persona,
        model=conversation.model,
        created=written_time(conversation.created_at, zone),
        changed=written_time(conversation.changed_at, zone),
        turns=conversation.turns,
    )


def _turns(chat: ListedChat) -> str:
    return count(chat.turns, "turn")


def _minute(written: str) -> str:
    return written[:16].replace("T", " ")
