"""An engine process without a model: it speaks the protocol and does what its prompts say, for tests of the client.

Prompts: "say WORDS" gives each word; "forever" gives words until it is cancelled; "deaf" gives one and ignores a
cancel; "die" ends the process; "die once" does so unless the file `died` is in its folder; "refuse" is a failure;
"nonsense" breaks the protocol; "environment" gives its own. The vector of "drop" is dropped. Model files: "dies.gguf"
ends the process while it loads, "dies-once.gguf" the first time, "slow.gguf" takes a minute, "refused.gguf" fails.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path

from runtime.frames import read_frame, write_frame
from runtime.protocol import (
    COMMAND,
    PROTOCOL_VERSION,
    Cancel,
    Command,
    Counted,
    CountTokens,
    Delta,
    DeviceList,
    DeviceReport,
    Devices,
    Done,
    Embed,
    Embedded,
    Event,
    Failed,
    Generate,
    Hello,
    Load,
    Loaded,
    Prefilled,
    Shutdown,
    Stats,
    StatsReport,
    Unload,
    Unloaded,
    Usage,
)

OUT = sys.stdout.buffer
cancelled: set[int] = set()
running: set[int] = set()
models: list[str] = []
lock = threading.Lock()


def main() -> None:
    send(Hello(version=int(sys.argv[1]) if len(sys.argv) > 1 else PROTOCOL_VERSION, llama_build="fake"))
    while (payload := read_frame(sys.stdin.buffer)) is not None:
        command = COMMAND.validate_json(payload)
        if isinstance(command, Shutdown):
            break
        if isinstance(command, Generate):
            running.add(command.request)
            threading.Thread(target=generate, args=(command,), daemon=True).start()
        else:
            answer(command)


def send(event: Event) -> None:
    with lock:
        write_frame(OUT, event.model_dump_json().encode())


def answer(command: Command) -> None:
    match command:
        case Load():
            load(command)
        case Unload():
            models.clear()
            send(Unloaded(request=command.request))
        case Cancel():
            cancelled.add(command.request)
        case CountTokens():
            texts = command.texts or tuple(turn.content for turn in command.turns)
            send(Counted(request=command.request, counts=tuple(len(text.split()) for text in texts)))
        case Embed(texts=("drop",)):
            send(Done(request=command.request, reason="cancelled"))
        case Embed():
            send(Embedded(request=command.request, vectors=tuple((1.0, 0.0) for _ in command.texts)))
        case Stats():
            send(stats(command.request))
        case Devices():
            processor = DeviceReport(backend="CPU", name="fake", total=2**34, free=2**33)
            send(DeviceList(request=command.request, devices=(processor,), backends=("CPU",), folder="/fake"))


def load(command: Load) -> None:
    name = Path(command.path).name
    if name == "dies.gguf" or (name == "dies-once.gguf" and first_time()):
        os._exit(9)
    if name == "slow.gguf":
        time.sleep(60)
    if name == "refused.gguf":
        send(Failed(request=command.request, title="Not a usable model file", message="It does not load."))
        return
    models[:] = [name]
    send(
        Loaded(
            request=command.request, name=name, architecture="llama", parameters=1, size=1, n_ctx=command.n_ctx or 512,
            n_ctx_train=512, n_vocab=2, n_embd=2, has_template=True, device="CPU", seconds=0.0,
        )
    )  # fmt: skip


def generate(command: Generate) -> None:
    request, prompt = command.request, command.prompt or command.turns[-1].content
    if prompt == "die" or (prompt == "die once" and first_time()):
        send(Delta(request=request, text="lost "))
        os._exit(9)
    if prompt == "refuse":
        send(Failed(request=request, title="Too long for this model", message="It does not fit.", hint="Cut it."))
        return
    if prompt == "nonsense":
        with lock:
            OUT.write(b"this is no frame")
            OUT.flush()
        return
    send(Prefilled(request=request, tokens=2, total=2, reused=0))
    for word in words(request, prompt):
        send(Delta(request=request, text=word))
    reason = "cancelled" if request in cancelled else "stop"
    send(Usage(request=request, prompt_tokens=2, reused_tokens=0, tokens=1, prefill_seconds=0.0, decode_seconds=0.0))
    running.discard(request)
    send(Done(request=request, reason=reason))


def words(request: int, prompt: str):
    if prompt == "environment":
        yield json.dumps({"environment": dict(os.environ), "folder": str(Path.cwd())})
    elif prompt in ("forever", "deaf"):
        while prompt == "deaf" or request not in cancelled:
            yield "word "
            time.sleep(60 if prompt == "deaf" else 0.01)
    else:
        yield from (f"{word} " for word in prompt.removeprefix("say ").split())


def stats(request: int) -> StatsReport:
    return StatsReport(
        request=request, model=models[0] if models else None, threads=1, running=len(running), waiting=0,
        prompt_tokens=0, reused_tokens=0, tokens=0, tokens_per_second=0.0, resident_bytes=0,
    )  # fmt: skip


def first_time() -> bool:
    if Path("died").exists():
        return False
    Path("died").touch()
    return True


main()
