"""Results of tools as the model reads them (JSON) and the sentence or short list that tells each to a person.

These are the shapes that the tools give. Every value of a result stands in the text exactly as it stands in the JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from calls import Request
from phrasings import Language
from slots import Slots

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ERRORS = (
    "There is no event called {title}.",
    "The time {time} has passed.",
    "There is no folder {folder}.",
    "{path} is not in a folder that you have opened.",
    "There are two events called {title}.",
    "The calendar is read-only.",
    "No message is from {name}.",
)


@dataclass(frozen=True)
class Result:
    """What a tool gave back, and what is said of it."""

    data: dict[str, Any]
    text: str

    @property
    def json(self) -> str:
        return json.dumps(self.data, ensure_ascii=False)


class Results:
    """Draws results of one language."""

    def __init__(self, language: Language, random: Random, *, held: bool = False) -> None:
        self._words, self._random, self._held = language.results, random, held
        self._and = language.pools["and"]
        self._slots = Slots(language, random, held=held)
        self._makers: dict[str, Callable[[dict[str, Any]], Result]] = {
            "calendar_create": self._created,
            "calendar_list": self._events,
            "calendar_find_free": self._free,
            "calendar_move": self._moved,
            "calendar_cancel": self._cancelled,
            "inbox_recent": self._messages,
            "inbox_search": self._messages,
            "inbox_digest": self._digested,
            "inbox_action_items": self._items,
            "inbox_draft_reply": lambda values: Result({"drafted": True}, self._words["drafted"]),
            "files_search": self._hits,
            "files_summarise": self._summarised,
            "files_open": lambda values: self._said("opened", path=values["path"]),
            "remember": lambda values: self._said("remembered", fact=values["fact"]),
        }

    def after(self, request: Request) -> Result:
        """A result that the request's call may give: mostly done, at times an error, a refusal or a question."""
        kind = self._random.random()
        if kind < 0.06:
            return self._error()
        if kind < 0.1 and request.tool.startswith("calendar"):
            first, second = self.when(), self.when()
            return self._said("unclear", first=first, second=second)
        if kind < 0.13:
            return Result({"declined": True}, self._words["declined"])
        return self._makers[request.tool](request.values)

    def when(self) -> str:
        """A time as the tools write it: `Fri 27 Nov 2026 15:00`."""
        random = self._random
        day = (
            f"{random.choice(_WEEKDAYS)} {random.randint(1, 28)} {random.choice(_MONTHS)} {random.randint(2025, 2028)}"
        )
        return f"{day} {self._clock()}" if random.random() < 0.85 else day

    def _clock(self) -> str:
        return f"{self._random.randint(0, 23):02}:{self._random.choice((0, 5, 10, 15, 20, 30, 40, 45, 50)):02}"

    def _said(self, key: str, **values: Any) -> Result:
        data = values if len(values) > 1 else next(iter(values.values()))
        return Result({key: data}, self._words[key].format(**values))

    def _error(self) -> Result:
        made = {name: self._slots.make(name)[name].text for name in ("title", "time", "folder", "path", "name")}
        text = self._random.choice(_ERRORS).format(**made)
        return Result({"error": text}, text)

    def _created(self, values: dict[str, Any]) -> Result:
        words, event = self._words, {"title": values["title"], "start": self.when()}
        if self._random.random() < 0.7:
            event["end"] = self._clock()
        event |= {name: values[name] for name in ("location", "attendees", "repeats") if name in values}
        text = words["created"].format(**event)
        shown = event | {"attendees": self._joined(event.get("attendees", []))}
        for name in ("end", "location", "attendees", "repeats"):
            if name in event:
                text += words[f"created_{name}"].format(**shown)
        return Result({"created": event}, text + ".")

    def _joined(self, names: list[str]) -> str:
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {self._and} {names[-1]}" if names else ""

    def _events(self, values: dict[str, Any]) -> Result:
        events = []
        for _ in range(self._length()):
            event = {"start": self.when(), "title": self._slots.make("title")["title"].text}
            if self._random.random() < 0.35:
                event["location"] = self._slots.make("at_location")["at_location"].value
            events.append(event)
        lines = [": ".join((event["start"], event["title"])) + _comma(event.get("location")) for event in events]
        return self._list("events", events, lines)

    def _free(self, values: dict[str, Any]) -> Result:
        times = [f"{self.when()} - {self._clock()}" for _ in range(self._length())]
        if not times:
            return Result({"free": []}, self._words["free_none"])
        return Result({"free": times}, _lines(self._words["free"], times))

    def _moved(self, values: dict[str, Any]) -> Result:
        event = {"title": self._slots.make("title")["title"].text, "from": self.when(), "to": self.when()}
        return Result({"moved": event}, self._words["moved"].format(**event))

    def _cancelled(self, values: dict[str, Any]) -> Result:
        event = {"title": self._slots.make("title")["title"].text, "start": self.when()}
        return Result({"cancelled": event}, self._words["cancelled"].format(**event))

    def _messages(self, values: dict[str, Any]) -> Result:
        sender = values.get("sender")
        messages = [
            {"from": sender or self._slots.name(), "date": self.when(), "subject": self._slots.topic()}
            for _ in range(self._length())
        ]
        lines = [f"{message['from']}, {message['date']}: {message['subject']}" for message in messages]
        return self._list("messages", messages, lines)

    def _digested(self, values: dict[str, Any]) -> Result:
        number = values.get("count", self._random.randint(2, 40))
        return Result({"digested": number}, self._words["digested"].format(n=number))

    def _items(self, values: dict[str, Any]) -> Result:
        items = []
        for _ in range(self._length()):
            item = {"what": self._slots.make("points")["points"].text, "who": self._slots.name()}
            if self._random.random() < 0.6:
                item["by"] = self._slots.date()
            items.append(item)
        lines = [f"{item['what']} ({item['who']}{_comma(item.get('by'))})" for item in items]
        return self._list("items", items, lines)

    def _hits(self, values: dict[str, Any]) -> Result:
        hits = []
        for _ in range(self._length()):
            place = self._random.choice(("page", "line", "slide", "sheet")) + f" {self._random.randint(1, 90)}"
            hits.append({"path": self._slots.path(), "place": place})
        return self._list("hits", hits, [f"{hit['path']}, {hit['place']}" for hit in hits])

    def _summarised(self, values: dict[str, Any]) -> Result:
        data = {"folder": values["folder"], "files": self._random.randint(2, 400)}
        return Result({"summarised": data}, self._words["summarised"].format(n=data["files"], folder=data["folder"]))

    def _list(self, key: str, entries: list[dict[str, str]], lines: list[str]) -> Result:
        if not entries:
            return Result({key: []}, self._words[f"{key}_none"])
        head = self._words[f"{key}_one"] if len(entries) == 1 else self._words[key].format(n=len(entries))
        return Result({key: entries}, _lines(head, lines))

    def _length(self) -> int:
        return self._random.choice((0, 1, 1, 2, 2, 3, 4))


def _lines(head: str, lines: list[str]) -> str:
    return "\n".join((head, *(f"- {line}" for line in lines)))


def _comma(text: str | None) -> str:
    return f", {text}" if text else ""
