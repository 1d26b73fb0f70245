"""Dates in the text exports of chats: written as the phone's language has it, and never saying which that is.

What one line leaves open (is 3/4 in March or in April, is 8:20 in the morning) the whole file mostly settles. Where
it does not, the file is refused: a date that is guessed may be wrong without anybody noticing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise

from tools.inbox.records import InboxProblem

# Invisible marks of direction stand before and inside dates; the narrow space before AM is one that does not break.
HEADER = re.compile(
    r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]*(?P<bracket>\[)?[\u200e\u200f]*"
    r"(?P<first>\d{1,4})\u200f?(?P<mark>[./\-])[\u200f ]{0,2}(?P<second>\d{1,2})\u200f?[./\-]"
    r"[\u200f ]{0,2}(?P<third>\d{1,4})\.?[,،]?\s{0,2}(?P<before>[^\d\[\],:]{0,16}?)\s?"
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<seconds>\d{2}))?(?P<after>[^\d\[\],:–\-]{0,16}?)"
    r"(?P<end>\]\s?|\s[-–]\s|,\s)"
)


def _plain(word: str) -> str:
    """ "a. m.", "A.M." and "am" are one."""
    return re.sub(r"[\s.,\u200e\u200f]", "", word).casefold()


def _words(text: str) -> frozenset[str]:
    return frozenset(_plain(word) for word in text.split(";"))


_MORNING = _words(
    "am;a.m.;vm;fm;voorm.;de.;ap.;öö;sa;πμ;ص;ق.ظ;पूर्वाह्न;ก่อนเที่ยง;午前;上午;凌晨;早上;清晨;오전;pd;pr. pod."
)
_AFTERNOON = _words("pm;p.m.;nm;em;nam.;du.;ip.;ös;ch;μμ;م;ب.ظ;अपराह्न;หลังเที่ยง;午後;下午;中午;傍晚;晚上;오후;md;po pod.")
# Words between day and time ("à 15:20", "klo 15.20"), which say nothing about the half of the day.
_FILLERS = _words("à;às;a las;alle;alle ore;ore;um;kl;klo;kell;at;om;о;в;у;ve;uhr;h;hs")

_FIRST_YEAR, _LAST_YEAR = 2005, 2100
_BUDDHIST_YEARS = 543


@dataclass(frozen=True, slots=True)
class Stamp:
    """A line's date and time as numbers, the order of the first three not yet known."""

    numbers: tuple[int, int, int]
    digits: int
    """How many the first number is written with."""
    mark: str
    hour: int
    minute: int
    second: int
    half: str
    """What stands beside the time, without points and spaces."""


def stamp_of(match: re.Match[str]) -> Stamp:
    """The stamp of a line that `HEADER` matches."""
    return Stamp(
        (int(match["first"]), int(match["second"]), int(match["third"])),
        len(match["first"]),
        match["mark"],
        int(match["hour"]),
        int(match["minute"]),
        int(match["seconds"] or 0),
        _plain(match["before"]) or _plain(match["after"]),
    )


def resolve(stamps: Sequence[Stamp]) -> list[datetime]:
    """The dates of a whole file. Raises `InboxProblem` where it leaves more than one reading, or none."""
    days = _days(stamps)
    times = _times(stamps)
    return [datetime.combine(day, moment) for day, moment in zip(days, times, strict=True)]


def _days(stamps: Sequence[Stamp]) -> list[date]:
    orders = ("ymd",) if stamps and all(stamp.digits == 4 for stamp in stamps) else ("dmy", "mdy")
    readings = [days for order in orders if (days := _reading(stamps, order))]
    if not readings and (days := _reading(stamps, "ymd")):
        readings = [days]
    if len(readings) > 1 and readings[0] != readings[1]:
        if all(stamp.mark == "." for stamp in stamps):  # where points stand between them the day comes first
            return readings[0]
        # Exports are in the order of time: one that jumps back is read in the wrong order.
        readings = [days for days in readings if all(one <= next_ for one, next_ in pairwise(days))]
        if len(readings) != 1:
            raise InboxProblem(
                "has dates that can be read in two ways, day first or month first, and nothing in it tells which.",
                hint="Export a longer part of the chat, so that it holds a day after the 12th.",
            )
    if not readings:
        raise InboxProblem("has dates that no order of day, month and year makes sense of.")
    return readings[0]


def _reading(stamps: Sequence[Stamp], order: str) -> list[date] | None:
    days = []
    places = [order.index(part) for part in "ymd"]
    for stamp in stamps:
        year, month, day = (stamp.numbers[place] for place in places)
        if year < 100:
            year += 2000
        elif year >= _FIRST_YEAR + _BUDDHIST_YEARS:
            year -= _BUDDHIST_YEARS
        if not _FIRST_YEAR <= year <= _LAST_YEAR:
            return None
        try:
            days.append(date(year, month, day))
        except ValueError:
            return None
    return days


def _times(stamps: Sequence[Stamp]) -> Iterator[time]:
    unknown = {stamp.half for stamp in stamps if stamp.half and not _half(stamp.half) and stamp.half not in _FILLERS}
    if unknown and all(1 <= stamp.hour <= 12 for stamp in stamps):
        word = sorted(unknown)[0]
        raise InboxProblem(f'has times with the sign "{word}" beside them, which may mean morning or afternoon.')
    try:
        return iter([time(_hour(stamp), stamp.minute, stamp.second) for stamp in stamps])
    except ValueError:
        raise InboxProblem("has times that no clock shows.") from None


def _hour(stamp: Stamp) -> int:
    half = _half(stamp.half)
    if half == "afternoon" and stamp.hour < 12:
        return stamp.hour + 12
    return 0 if half == "morning" and stamp.hour == 12 else stamp.hour


def _half(word: str) -> str:
    if word in _MORNING:
        return "morning"
    return "afternoon" if word in _AFTERNOON else ""
