"""What a mail says itself, what it quotes of the mail that it answers, and how it is signed."""

from __future__ import annotations

import re
from typing import NamedTuple

_QUOTE = re.compile(r"\s{0,3}>")
_SIGNATURE = re.compile(
    r"--\s?$|__+$|(sent from my|gesendet von meinem|envoyé de mon|enviado desde mi|inviato da)\b", re.I
)
_LONGEST_SIGNATURE = 15
"""Lines; what stands below a line like that and is longer is no signature."""
# "On Tuesday 3 March Ana wrote:", directly before a quote.
_ATTRIBUTION = re.compile(
    r"[^\n]{0,300}(\d|@|wrote|schrieb|écrit|escribió|scritto|escreveu|लिखा|เขียน)[^\n]{0,100}[:：]\s*$", re.IGNORECASE
)
# "-----Original Message-----", "-------- Weitergeleitete Nachricht --------"
_RULE = re.compile(r"\s*(?:-{4,}\s*\S[^\n]{0,60}\S\s*-{4,}|_{20,})\s*$")
# Outlook's way to quote: the headers of the other mail, in the reader's language, two or more below each other.
_HEADER = re.compile(
    r"\s*\*?(from|sent|to|subject|date|von|gesendet|an|betreff|datum|de|envoyé|à|objet|da|inviato|a|oggetto|data|enviado"
    r"|para|asunto|assunto|fecha|प्रेषक|จาก|ถึง|เรื่อง)\s?\*?:\s?\S",
    re.IGNORECASE,
)


class BodyParts(NamedTuple):
    """Each without blank lines around it, and empty when there is none."""

    own: str
    quoted: str
    signature: str


def split_body(body: str) -> BodyParts:
    """The parts of a body. A text that is nothing but quotes is its own: it was forwarded."""
    lines = body.split("\n")
    end = _beginning_of_history(lines)
    own: list[str] = []
    quoted: list[str] = []
    for place, line in enumerate(lines[:end]):
        attributes = _ATTRIBUTION.match(line) and _quote_follows(lines, place)
        (quoted if attributes or _QUOTE.match(line) else own).append(line)
    signed = _beginning_of_signature(own)
    parts = BodyParts(_joined(own[:signed]), _joined([*quoted, *lines[end:]]), _joined(own[signed:]))
    return parts if parts.own or not parts.quoted else BodyParts(parts.quoted, "", parts.signature)


def _beginning_of_history(lines: list[str]) -> int:
    """The line from which on all is an earlier mail, written without a sign before each line."""
    for place, line in enumerate(lines):
        below = [following for following in lines[place + 1 : place + 6] if following.strip()]
        headers = sum(1 for following in below[:4] if _HEADER.match(following))
        if (_RULE.match(line) and headers >= 1) or (_HEADER.match(line) and headers >= 2):
            return place
    return len(lines)


def _beginning_of_signature(lines: list[str]) -> int:
    for place in range(len(lines) - 1, max(-1, len(lines) - 1 - _LONGEST_SIGNATURE), -1):
        if _SIGNATURE.match(lines[place]):
            return place
    return len(lines)


def _quote_follows(lines: list[str], place: int) -> bool:
    following = next((line for line in lines[place + 1 : place + 3] if line.strip()), "")
    return _QUOTE.match(following) is not None


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n").rstrip()
