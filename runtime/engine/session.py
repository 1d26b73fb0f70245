"""A loaded model at work: requests are admitted, decoded step by step, and answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from runtime.engine.context import Context, Outcome
from runtime.engine.generation import Generation
from runtime.engine.interrupt import Interrupt
from runtime.engine.model import Model
from runtime.engine.pace import Pace
from runtime.engine.scheduler import Scheduler, admissible
from runtime.engine.slots import AdapterKey, Slots
from runtime.engine.snapshots import Snapshots
from runtime.errors import EngineFailed, RuntimeProblem
from runtime.protocol import Delta, Done, Event, Failed, FinishReason, Prefilled


def failure(problem: RuntimeProblem, request: int | None) -> Failed:
    """The event that says `problem`."""
    return Failed(request=request, title=problem.title, message=problem.message, hint=problem.hint)


class Session:
    """Runs generations in one context. One thread calls it; another may only use its `interrupt`."""

    def __init__(
        self, model: Model, context: Context, interrupt: Interrupt, pace: Pace, emit: Callable[[Event], None]
    ) -> None:
        self._model = model
        self._context = context
        self._interrupt = interrupt
        self._pace = pace
        self._emit = emit
        self._slots = Slots(context.shape.sequences)
        self._snapshots = Snapshots()
        self.adapters: AdapterKey = ()
        """Those that compute; they change only while nothing is under way."""
        self._scheduler: Scheduler[Generation] = Scheduler(together=context.shape.together)
        self.running: list[Generation] = []
        self.waiting: list[Generation] = []

    def submit(self, generation: Generation) -> None:
        self.waiting.append(generation)

    def step(self) -> bool:
        """Make the next call of llama.cpp; False when there is nothing to do."""
        for generation in [*self.waiting, *self.running]:
            if self._interrupt.cancelled(generation.request):
                self._finish(generation, "cancelled")
        while admitted := admissible(self.waiting, self.running, len(self._slots)):
            self._admit(admitted)
        step = self._scheduler.next(self.running)
        if step is None:
            return False
        try:
            if step.prefill:
                self._prefill(step.jobs[0])
            else:
                self._decode(step.jobs)
        except RuntimeProblem as problem:
            for generation in step.jobs:
                self._fail(generation, problem)
        return True

    @property
    def foreground(self) -> bool:
        """Whether a person waits for a request."""
        return any(generation.priority == "foreground" for generation in [*self.running, *self.waiting])

    def knows(self, request: int) -> bool:
        return any(generation.request == request for generation in [*self.running, *self.waiting])

    def fail_all(self, problem: RuntimeProblem) -> None:
        """End every request as failed."""
        for generation in [*self.waiting, *self.running]:
            self._fail(generation, problem)

    def cancel_all(self) -> None:
        """End every request as cancelled."""
        for generation in [*self.waiting, *self.running]:
            self._finish(generation, "cancelled")

    # Admission

    def _admit(self, generation: Generation) -> None:
        """Give a waiting generation a sequence, with as many chunks of its prompt as are still known."""
        self.waiting.remove(generation)
        self.running.append(generation)
        chunks, adapters = generation.chunks, self.adapters
        kept = self._snapshots.longest(chunks, adapters)
        slot = generation.slot = self._slots.take(chunks, adapters, elsewhere=len(kept[0]) if kept else 0)
        count = slot.shares(chunks, adapters)
        if kept and len(kept[0]) > count:
            count = len(kept[0])
            held = self._context.restore(slot.sequence, kept[1])
        else:
            held = self._context.trim(slot.sequence, sum(map(len, chunks[:count])))
        generation.chunks_done = count if held else 0
        if self._context.length(slot.sequence) != generation.prompt_done:
            self._context.trim(slot.sequence, 0)
            generation.chunks_done = 0
        slot.chunks, slot.adapters = list(chunks[: generation.chunks_done]), adapters
        generation.reused = generation.prompt_done
        self._pace.prompt(reused=generation.reused)
        self._report_prefill(generation)

    # Computing

    def _prefill(self, generation: Generation) -> None:
        slot, chunk = generation.sure_slot, generation.chunks[generation.chunks_done]
        batch = self._context.batch
        batch.clear()
        last = generation.chunks_done == len(generation.chunks) - 1
        index = batch.add(chunk, position=generation.prompt_done, sequence=slot.sequence, output=last)
        seconds = self._compute([generation], yielding=generation.priority == "background")
        if seconds is None:
            self._cut(generation, generation.prompt_done)
            return
        slot.chunks.append(chunk)
        generation.chunks_done += 1
        generation.prefill_seconds += seconds
        self._pace.prefilled(self._context, seconds, len(chunk))
        self._keep_instruction(generation)
        self._report_prefill(generation)
        if last:
            self._choose(generation, index)

    def _decode(self, generations: Sequence[Generation]) -> None:
        batch = self._context.batch
        batch.clear()
        rows = [
            batch.add(
                [generation.sure_token],
                position=generation.position,
                sequence=generation.sure_slot.sequence,
                output=True,
            )
            for generation in generations
        ]
        seconds = self._compute(generations, yielding=False)
        if seconds is None:
            for generation in generations:
                self._cut(generation, generation.position)
            return
        self._pace.decoded(self._context, seconds, len(generations))
        for generation, row in zip(generations, rows, strict=True):
            generation.decode_seconds += seconds
            self._choose(generation, row)

    def _compute(self, generations: Sequence[Generation], *, yielding: bool) -> float | None:
        """Decode the batch and return the seconds it took, or None when it was interrupted. Raises EngineFailed."""
        start = time.perf_counter()
        if not self._interrupt.begin((generation.request for generation in generations), yielding=yielding):
            return None
        try:
            outcome = self._context.decode()
        finally:
            self._interrupt.end()
        if outcome is Outcome.ABORTED:
            return None
        if outcome is not Outcome.DONE:
            raise EngineFailed("The engine could not compute this request.", hint="Try again or restart the program.")
        return time.perf_counter() - start

    def _cut(self, generation: Generation, length: int) -> None:
        """Bring a sequence back to `length` tokens after an interrupted call."""
        slot = generation.sure_slot
        if self._context.trim(slot.sequence, length) and self._context.length(slot.sequence) == length:
            return
        self._context.trim(slot.sequence, 0)
        slot.chunks.clear()
        if generation.prefilled:
            raise EngineFailed("The engine lost its place in this answer.", hint="Ask again.")
        generation.chunks_done = 0

    def _keep_instruction(self, generation: Generation) -> None:
        chunks = generation.instruction_chunks
        if chunks and not self._snapshots.has(chunks, self.adapters):
            self._snapshots.keep(chunks, self._context.save(generation.sure_slot.sequence), self.adapters)

    # Answering

    def _choose(self, generation: Generation, row: int) -> None:
        token = generation.sampler.choose(self._context.logits(row))
        if token is None or self._model.ends_generation(token):
            self._finish(generation, "stop")
            return
        generation.tokens += 1
        self._pace.tokens += 1
        generation.next_token = token
        text = generation.text.feed(self._model.piece(token))
        if text:
            self._emit(Delta(request=generation.request, text=text))
        if generation.text.stopped:
            self._finish(generation, "stop")
        elif generation.tokens >= generation.limit:
            self._finish(generation, "length")

    def _report_prefill(self, generation: Generation) -> None:
        self._emit(
            Prefilled(
                request=generation.request,
                tokens=generation.prompt_done,
                total=len(generation.prompt.tokens),
                reused=generation.reused,
            )
        )

    def _finish(self, generation: Generation, reason: FinishReason) -> None:
        rest = generation.text.finish()
        if rest:
            self._emit(Delta(request=generation.request, text=rest))
        self._emit(generation.usage())
        self._emit(Done(request=generation.request, reason=reason))
        self._release(generation)

    def _fail(self, generation: Generation, problem: RuntimeProblem) -> None:
        if generation in self.running or generation in self.waiting:
            self._emit(failure(problem, generation.request))
            self._release(generation)

    def _release(self, generation: Generation) -> None:
        """Take a generation out, leaving in its sequence what a later prompt may share: the canonical chunks."""
        (self.running if generation in self.running else self.waiting).remove(generation)
        generation.sampler.close()
        self._interrupt.forget(generation.request)
        if generation.slot is None:
            return
        slot, generation.slot = generation.slot, None
        if not self._context.trim(slot.sequence, sum(map(len, slot.chunks))):
            slot.chunks.clear()
        self._slots.give_back(slot, foreground=generation.priority == "foreground")
