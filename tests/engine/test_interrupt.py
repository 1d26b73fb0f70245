"""The flag that stops native code: up for the decode that is meant, and for no other."""

from __future__ import annotations

import ctypes

from runtime.engine.interrupt import Interrupt


def raised(interrupt: Interrupt) -> bool:
    """What llama.cpp's abort callback would answer: strlen of the flag."""
    return len(ctypes.string_at(interrupt.address)) == 1


def test_a_cancelled_request_is_stopped_and_not_begun_again() -> None:
    interrupt = Interrupt()
    assert interrupt.begin([1, 2])
    interrupt.cancel(2)
    assert raised(interrupt)
    interrupt.end()
    assert not raised(interrupt)
    assert not interrupt.begin([2])
    assert interrupt.begin([1])
    interrupt.forget(2)
    assert not interrupt.cancelled(2)


def test_cancelling_another_request_stops_nothing() -> None:
    interrupt = Interrupt()
    interrupt.begin([1])
    interrupt.cancel(7)
    assert not raised(interrupt)
    assert interrupt.cancelled(7)


def test_foreground_work_stops_only_what_yields() -> None:
    interrupt = Interrupt()
    interrupt.begin([1])
    interrupt.foreground_waits()
    assert not raised(interrupt)
    interrupt.end()
    interrupt.begin([1], yielding=True)
    interrupt.foreground_waits()
    assert raised(interrupt)
    assert interrupt.begin([1], yielding=True)
    assert not raised(interrupt)


def test_stop_needs_a_decode_to_stop() -> None:
    interrupt = Interrupt()
    interrupt.stop()
    assert not raised(interrupt)
    interrupt.begin([1])
    interrupt.stop()
    assert raised(interrupt)
