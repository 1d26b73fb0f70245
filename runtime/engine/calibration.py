"""Measures how the loaded model is best run on this machine, a run at a time, while nobody asks for anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator

import psutil

from runtime.engine.context import Context, ContextShape, Outcome
from runtime.engine.interrupt import Interrupt
from runtime.engine.model import Model
from runtime.engine.sweep import Figures, Trial, sweep, thread_counts
from runtime.errors import EngineFailed, RuntimeProblem
from runtime.protocol import Calibrate, Calibrated, Event, Failed

_CHUNKS = (128, 256, 512)
_GPU_CHUNKS = (512,)
_ENOUGH = 0.3  # seconds; the system counts a processor's time in hundredths, too coarse for less


class Calibration:
    """Has a small context of its own, so that what the others hold stays."""

    def __init__(
        self, command: Calibrate, model: Model, shape: ContextShape, interrupt: Interrupt, emit: Callable[[Event], None]
    ) -> None:
        """`shape` is that of the context that is to be run well. Raises EngineFailed when there is no memory for it."""
        self.request = command.request
        self._interrupt = interrupt
        self._emit = emit
        chunks = _GPU_CHUNKS if shape.together else _CHUNKS
        threads = [shape.threads] if shape.together else thread_counts(shape.threads)
        self._context = Context(
            model,
            ContextShape(
                n_ctx=chunks[-1],
                sequences=1,
                chunk=chunks[-1],
                kv_type=shape.kv_type,
                threads=shape.threads,
                flash_attention=shape.flash_attention,
            ),
            interrupt,
        )
        self._tokens = [index % model.n_vocab for index in range(chunks[-1])]
        self._sweep: Generator[Trial, float, Figures | None] = sweep(threads, chunks, command.seconds)
        self._began = time.perf_counter()
        self._others = _Others()
        self._trial = next(self._sweep)

    def step(self) -> bool:
        """Make the next run; False when that was the last."""
        try:
            seconds = self._run(self._trial)
            if seconds is not None:  # an interrupted run is made again
                self._trial = self._sweep.send(seconds)
            return True
        except StopIteration as done:
            self._end(done.value)
        except RuntimeProblem as problem:
            self.fail(problem)
        return False

    def stop(self) -> None:
        """End it with nothing found."""
        self._end(None)

    def fail(self, problem: RuntimeProblem) -> None:
        self._close()
        self._emit(Failed(request=self.request, title=problem.title, message=problem.message, hint=problem.hint))

    @property
    def cancelled(self) -> bool:
        return self._interrupt.cancelled(self.request)

    def _run(self, trial: Trial) -> float | None:
        context = self._context
        context.trim(0, 0)
        context.set_threads(trial.threads, trial.threads)
        context.batch.clear()
        context.batch.add(self._tokens[: trial.tokens], position=0, sequence=0, output=True)
        start = time.perf_counter()
        if not self._interrupt.begin([self.request], yielding=True):
            return None
        try:
            outcome = context.decode()
        finally:
            self._interrupt.end()
        if outcome is Outcome.ABORTED:
            return None
        if outcome is not Outcome.DONE:
            raise EngineFailed("The model could not be measured.", hint="Restart the program.")
        return time.perf_counter() - start

    def _end(self, found: Figures | None) -> None:
        seconds = time.perf_counter() - self._began
        self._close()
        if found is None:
            self._emit(Calibrated(request=self.request, complete=False, seconds=seconds))
            return
        self._emit(
            Calibrated(
                request=self.request,
                complete=True,
                decode_threads=found.decode_threads,
                prefill_threads=found.prefill_threads,
                ubatch=found.ubatch,
                prefill_speed=found.prefill_speed,
                decode_speed=found.decode_speed,
                foreign_cores=self._others.cores(seconds),
                seconds=seconds,
            )
        )

    def _close(self) -> None:
        self._context.close()
        self._interrupt.forget(self.request)


class _Others:
    """How busy other programs keep the processor, from now on."""

    def __init__(self) -> None:
        self._busy, self._own = _busy_seconds()

    def cores(self, seconds: float) -> float:
        """How many cores they had on average in the `seconds` since; 0.0 where that is too short to tell."""
        busy, own = _busy_seconds()
        foreign = (busy - self._busy) - (own - self._own)
        return max(0.0, foreign / seconds) if seconds >= _ENOUGH else 0.0


def _busy_seconds() -> tuple[float, float]:
    """Seconds that all cores have worked, and how many of them for this process."""
    every = psutil.cpu_times()
    own = psutil.Process().cpu_times()
    # What a guest system uses is counted as the user's, too.
    not_work = sum(getattr(every, name, 0.0) for name in ("idle", "iowait", "guest", "guest_nice"))
    return sum(every) - not_work, own.user + own.system
