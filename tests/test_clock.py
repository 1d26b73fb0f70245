from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.clock import now, user_dates, user_languages, user_zone
from app.errors import DeskError
from app.settings import Settings
from tools.date_language import NotUnderstood, Unclear

ZURICH = Settings(zone="Europe/Zurich", languages=["de"])


def test_the_clock_of_the_environment_takes_the_real_ones_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMA_DESK_NOW", "2026-11-21T09:30")
    assert now(user_zone(ZURICH)) == datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
    monkeypatch.setenv("LLAMA_DESK_NOW", "2026-11-21T09:30Z")
    assert now(user_zone(ZURICH)) == datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
    monkeypatch.setenv("LLAMA_DESK_NOW", "soon")
    with pytest.raises(DeskError, match="no moment: soon"):
        user_dates(ZURICH)


def test_without_it_the_clock_is_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLAMA_DESK_NOW", raising=False)
    assert abs(now(ZoneInfo("Asia/Bangkok")) - datetime.now(UTC)) < timedelta(minutes=1)


def test_times_are_heard_in_the_users_language_first_and_then_in_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMA_DESK_NOW", "2026-11-21T09:30")
    dates = user_dates(ZURICH)
    assert dates.start("3.4.2027").day.isoformat() == "2027-04-03"
    assert dates.start("tomorrow at 3pm").at == datetime(2026, 11, 22, 15, tzinfo=ZoneInfo("Europe/Zurich"))
    assert dates.duration("one hour") == timedelta(hours=1)
    assert dates.repeats("jeden Montag") == "FREQ=WEEKLY;BYDAY=MO"
    with pytest.raises(NotUnderstood):
        dates.span("blue")


def test_what_the_settings_get_wrong_is_said() -> None:
    with pytest.raises(DeskError, match="Atlantis"):
        user_zone(Settings(zone="Europe/Atlantis"))
    with pytest.raises(DeskError, match="tlh"):
        user_languages(Settings(languages=["tlh"]))


def test_the_systems_language_counts_where_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for system, languages in {"de_CH": ("de-CH", "en"), "en_US": ("en-US",), "C": ("en",), None: ("en",)}.items():
        monkeypatch.setattr("locale.getlocale", lambda system=system: (system, "UTF-8"))
        assert user_languages(Settings()) == languages


def test_a_time_alone_is_put_on_a_given_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMA_DESK_NOW", "2026-11-21T09:30")
    dates, day = user_dates(ZURICH), date(2026, 12, 3)
    assert dates.time_on(day, "um 16 Uhr").at == datetime(2026, 12, 3, 16, tzinfo=ZoneInfo("Europe/Zurich"))
    with pytest.raises(NotUnderstood):
        dates.time_on(day, "morgen um 16 Uhr")
    with pytest.raises(Unclear, match="comes twice"):
        dates.time_on(date(2027, 10, 31), "2:30 Uhr")


def test_a_system_that_says_nothing_of_its_zone_is_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.clock.tzlocal.get_localzone_name", lambda: None)
    assert str(user_zone(Settings())) == "UTC"
