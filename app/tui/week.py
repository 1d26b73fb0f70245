"""One week of the calendar, and where in it the reader is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from app.calendar_wording import last_day
from tools.calendar import Occurrence, Window

DAYS = 7


@dataclass(slots=True)
class Week:
    """The occurrences of seven days from `first` on; one that lasts for days stands on each of them."""

    first: date
    occurrences: tuple[Occurrence, ...] = ()
    by_day: list[list[Occurrence]] = field(init=False)
    day: int = 0
    """The day that the reader is at, from 0."""
    position: int = 0
    """Which of that day's occurrences."""

    def __post_init__(self) -> None:
        self.by_day = [
            [one for one in self.occurrences if one.begins.date() <= day <= last_day(one)]
            for day in (self.first + timedelta(days=number) for number in range(DAYS))
        ]

    @property
    def last(self) -> date:
        return self.first + timedelta(days=DAYS - 1)

    @property
    def selected(self) -> Occurrence | None:
        """The occurrence that the reader is at; None on a day without one."""
        here = self.by_day[self.day]
        return here[min(self.position, len(here) - 1)] if here else None

    def date_of(self, day: int) -> date:
        return self.first + timedelta(days=day)

    def go_to(self, day: int) -> None:
        self.day, self.position = day, 0

    def go_to_first(self) -> None:
        """To the first day on which something stands, if there is one."""
        self.go_to(next((day for day, here in enumerate(self.by_day) if here), self.day))

    def select(self, occurrence: Occurrence) -> bool:
        """Go to the occurrence that is, or has become, this one; False when it is gone."""
        for day, here in enumerate(self.by_day):
            for position, one in enumerate(here):
                if _identity(one) == _identity(occurrence):
                    self.day, self.position = day, position
                    return True
        return False

    def step(self, by: int) -> bool:
        """To the occurrence after this one or before it, over empty days; False at the end of the week."""
        stops = [(day, position) for day, here in enumerate(self.by_day) for position in range(len(here))]
        here = (self.day, self.position if self.by_day[self.day] else -1)
        onward = [stop for stop in stops if (stop > here if by > 0 else stop < here)]
        if not onward:
            return False
        self.day, self.position = onward[0] if by > 0 else onward[-1]
        return True

    def collisions(self, occurrence: Occurrence) -> list[Occurrence]:
        """What else takes the time of an occurrence that does."""
        if not occurrence.event.busy:
            return []
        window = Window(occurrence.begins, occurrence.ends)
        return [
            one
            for one in self.occurrences
            if one is not occurrence and one.event.busy and (one.within(window) or occurrence.within(_of(one)))
        ]


def _of(occurrence: Occurrence) -> Window:
    return Window(occurrence.begins, occurrence.ends)


def _identity(occurrence: Occurrence) -> tuple[object, ...]:
    return occurrence.event.uid, occurrence.recurrence_id
