"""The tools as a model is told of them: a name, what it does, its arguments, and whether it writes.

Each is a pydantic model whose docstring and fields are the whole description; values are strings as the person said
them, which other code resolves. The order of the fields is the order in which a call writes them, required ones first.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

Effect = Literal["read", "write"]


class Call(BaseModel):
    """Base of all calls: the arguments of one tool."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    tool: ClassVar[str]
    effect: ClassVar[Effect] = "read"

    def arguments(self) -> dict[str, Any]:
        """The arguments that were given, in their order."""
        return self.model_dump(exclude_none=True)


class CalendarCreate(Call):
    """Put an event into the calendar."""

    tool = "calendar_create"
    effect = "write"
    title: str
    start: Annotated[str, Field(description="day and time as the user said it")]
    duration: str | None = None
    end: str | None = None
    location: str | None = None
    attendees: list[str] | None = None
    repeats: str | None = None


class CalendarList(Call):
    """List the events of a day or a span of days."""

    tool = "calendar_list"
    when: str


class CalendarFindFree(Call):
    """Find free time of a length within a span of days."""

    tool = "calendar_find_free"
    when: str
    duration: str


class CalendarMove(Call):
    """Move an event to another time."""

    tool = "calendar_move"
    effect = "write"
    event: str
    start: Annotated[str, Field(description="the new day and time as the user said it")]


class CalendarCancel(Call):
    """Take an event out of the calendar."""

    tool = "calendar_cancel"
    effect = "write"
    event: str


class InboxRecent(Call):
    """Show the latest messages, of everyone or of one sender."""

    tool = "inbox_recent"
    count: int
    sender: str | None = None


class InboxSearch(Call):
    """Find messages by their words, sender or date."""

    tool = "inbox_search"
    query: str
    sender: str | None = None
    after: str | None = None
    before: str | None = None


class InboxDigest(Call):
    """Summarise messages."""

    tool = "inbox_digest"
    count: int | None = None
    sender: str | None = None
    when: str | None = None


class InboxActionItems(Call):
    """List what messages ask to be done: what, who, by when."""

    tool = "inbox_action_items"
    count: int | None = None
    sender: str | None = None
    when: str | None = None


class InboxDraftReply(Call):
    """Write a reply to a message as text; nothing is sent."""

    tool = "inbox_draft_reply"
    message: Annotated[str, Field(description="which message, as the user said it")]
    points: Annotated[str, Field(description="what the reply shall say")]


class FilesSearch(Call):
    """Find passages in the user's files."""

    tool = "files_search"
    query: str
    folder: str | None = None


class FilesSummarise(Call):
    """Summarise a folder."""

    tool = "files_summarise"
    folder: str
    depth: Annotated[int | None, Field(description="levels of subfolders")] = None


class FilesOpen(Call):
    """Open a file for the user to read."""

    tool = "files_open"
    path: str


class Remember(Call):
    """Keep a fact about the user for later."""

    tool = "remember"
    effect = "write"
    fact: str


CATALOGUE: tuple[type[Call], ...] = (
    CalendarCreate,
    CalendarList,
    CalendarFindFree,
    CalendarMove,
    CalendarCancel,
    InboxRecent,
    InboxSearch,
    InboxDigest,
    InboxActionItems,
    InboxDraftReply,
    FilesSearch,
    FilesSummarise,
    FilesOpen,
    Remember,
)
BY_NAME = {call.tool: call for call in CATALOGUE}


def schema(call: type[Call]) -> dict[str, Any]:
    """The JSON schema of a call's arguments; an optional one is just not required."""
    made = call.model_json_schema()
    properties = {name: _plain(field) for name, field in made.get("properties", {}).items()}
    required = {"required": made["required"]} if "required" in made else {}
    return {"type": "object", "properties": properties, **required, "additionalProperties": False}


def _plain(field: dict[str, Any]) -> dict[str, Any]:
    kinds = [kind for kind in field.get("anyOf", [field]) if kind.get("type") != "null"]
    described = {"description": field["description"]} if "description" in field else {}
    return {name: value for name, value in kinds[0].items() if name in {"type", "items"}} | described
