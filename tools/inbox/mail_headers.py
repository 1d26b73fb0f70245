"""The headers of an e-mail as a reader sees them: decoded, on one line, however wrongly they were written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from tools.extraction.encodings import decode
from tools.inbox.records import Person
from tools.sanitise import sanitise

LONGEST_LINE = 10_000
"""Characters of a subject or a name."""
LONGEST_LIST = 60_000
"""Characters of a list of addresses or of references that are read."""
MOST_PEOPLE = 1000
MOST_REFERENCES = 50
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,500})>")
_ONE_ADDRESS = re.compile(
    r'\s*(?:"(?P<quoted>[^"\\]*)"|(?P<name>[^"<>@,;:()\\]*?))\s*<(?P<address>[^<>\s@,;:()"\\]+@[^<>\s@,;:()"\\]+)>\s*'
)
_WHOLE_ADDRESS = re.compile(r"[^@]+@[^@\s]+")
_BARE_ADDRESS = re.compile(r"[^<>\s,;:\"()]+@[^<>\s,;:\"()]+")


def raw_headers(message: Message) -> dict[str, list[str]]:
    """The values of each header, by its name in lower case, in order."""
    headers: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        headers.setdefault(name.lower(), []).append(_characters(str(value)))
    return headers


def decoded(value: str) -> str:
    """A header's value without its encoded words (RFC 2047), on one line, safe to show."""
    value = value[:LONGEST_LINE]
    if "=?" in value:
        with suppress(ValueError, LookupError, HeaderParseError):
            # Line by line, as the decoder takes it, the space at a fold would be lost.
            words = decode_header("".join(value.splitlines()))
            # Of words that are damaged the decoder may leave nothing.
            value = "".join(_word(word, charset) for word, charset in words).strip() or value
    return " ".join(sanitise(value).split())


def people(values: Iterable[str]) -> tuple[Person, ...]:
    """The people of address headers; of a header that is none, its text as a name."""
    found: list[Person] = []
    for value in values:
        found.extend(_people(value[:LONGEST_LIST]))
    return tuple(dict.fromkeys(found))[:MOST_PEOPLE]


def message_ids(values: Iterable[str]) -> list[str]:
    """The message ids in headers, each once: the first, which began the thread, and the last ones."""
    found = list(dict.fromkeys(sanitise(id_) for value in values for id_ in _MESSAGE_ID.findall(value[:LONGEST_LIST])))
    return found if len(found) <= MOST_REFERENCES else [found[0], *found[1 - MOST_REFERENCES :]]


def date_and_moment(value: str) -> tuple[str, float | None]:
    """A date as ISO 8601 and in seconds since the epoch; the text itself and None when it is no date."""
    try:
        sent = parsedate_to_datetime(value[:LONGEST_LINE])
        # "-0000" means that the zone is not known and the time is that of UTC (RFC 5322, 3.3).
        moment = (sent if sent.tzinfo else sent.replace(tzinfo=UTC)).timestamp()
        datetime.fromtimestamp(moment, UTC)
    except (ValueError, TypeError, OverflowError, IndexError, OSError):
        return decoded(value), None
    return sent.isoformat(), moment


def received_at(values: Iterable[str]) -> float | None:
    """When the last server took a mail in, in seconds since the epoch: the first `Received` header that says a time."""
    # The user's own server wrote the first one; what stands below it anybody may have written.
    moments = (date_and_moment(value[-LONGEST_LINE:].rpartition(";")[2])[1] for value in values)
    return next((moment for moment in moments if moment is not None), None)


def _characters(value: str) -> str:
    """Bytes outside ASCII reach here as surrogates; they should be UTF-8 (RFC 6532)."""
    return value if value.isascii() else decode(value.encode("utf-8", "surrogateescape"))


def _word(word: bytes | str, charset: str | None) -> str:
    if isinstance(word, str):
        return word
    if charset is None:
        return word.decode("ascii") if word.isascii() else word.decode("raw-unicode-escape")
    try:
        return word.decode(charset)
    except (UnicodeDecodeError, LookupError):
        return decode(word)


def _people(value: str) -> list[Person]:
    if simple := _ONE_ADDRESS.fullmatch(value):
        return [Person(decoded(simple["quoted"] or simple["name"] or ""), decoded(simple["address"]))]
    try:
        parsed = [Person(decoded(name), decoded(address)) for name, address in getaddresses([value])]
    except (ValueError, LookupError, TypeError, RecursionError):
        parsed = []
    found = [person for person in parsed if any(person)]
    text = decoded(value)
    addresses = _BARE_ADDRESS.findall(text)
    # What Python's parser gives up as a whole, or joins together, still has addresses in it.
    if found and (not addresses or all(_WHOLE_ADDRESS.fullmatch(person.address) for person in found)):
        return found
    if len(addresses) == 1:
        return [Person(" ".join(text.replace(addresses[0], "").strip(" <>\"',;").split()), addresses[0])]
    return [Person("", address) for address in addresses] or ([Person(text, "")] if text else [])
