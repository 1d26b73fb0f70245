"""What a model is predicted to take and what it takes: a row for each context and each way to keep it.

    uv run python packaging/benchmarks/memory.py MODEL.gguf [--contexts 2048,8192,32768] [--sequences 2] [--fill]

Runs the engine's own model and context in this process, on the CPU. "taken" is the resident memory after the weights
have been used and a prompt has been read, and what ggml has reserved and a prompt as short as that has not touched yet;
with `--fill` the prompt is as long as the context, which takes a while, and nothing is added. The
process is about as large as an engine's before it loads anything.
"""

from __future__ import annotations

import argparse
import gc
import re
from collections.abc import Iterator
from pathlib import Path

import psutil

from runtime.engine import native
from runtime.engine.context import Context, ContextShape, Outcome
from runtime.engine.interrupt import Interrupt
from runtime.engine.mapped_file import give_back_pages
from runtime.engine.model import Model
from runtime.fit import Device
from runtime.fit.footprint import Footprint, footprint_of
from runtime.fit.needs import CPU_UBATCH, Setup, shares_of
from runtime.model_file import check_model

MIB = 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--contexts", default="2048,8192,32768")
    parser.add_argument("--kv", default="f16,q8_0")
    parser.add_argument("--sequences", type=int, default=2)
    parser.add_argument("--fill", action="store_true", help="read a prompt as long as the context")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    footprint = footprint_of(check_model(arguments.model))
    reported = listen()
    print(f"before anything is loaded: {resident() / MIB:.0f} MiB")
    print("context  kept in  predicted     taken  error   resident  not touched yet")
    with Model(arguments.model) as model:
        for n_ctx in map(int, arguments.contexts.split(",")):
            for kv_type in arguments.kv.split(","):
                setup = Setup(0, n_ctx, arguments.sequences, kv_type, CPU_UBATCH)
                reported.clear()
                taken, untouched = measure(model, setup, arguments.threads, reported, fill=arguments.fill)
                wanted, total = predicted(footprint, setup), taken + untouched
                print(
                    f"{n_ctx:7} {kv_type:>8} {wanted / MIB:7.0f} MiB {total / MIB:5.0f} MiB {wanted / total - 1:+6.1%}"
                    f" {taken / MIB:6.0f} MiB {untouched / MIB:6.0f} MiB",
                    flush=True,
                )


def predicted(footprint: Footprint, setup: Setup) -> int:
    processor = Device("cpu", "CPU", total=1 << 50, free=1 << 50)
    [share] = shares_of(footprint, [processor], setup)
    return share.needed


def measure(model: Model, setup: Setup, threads: int, reported: dict[str, float], *, fill: bool) -> tuple[int, int]:
    """Bytes that are resident after a prompt was read, and those of the compute buffer that it left untouched."""
    flash = setup.kv_type == "q8_0"
    shape = ContextShape(setup.n_ctx, setup.sequences, setup.ubatch, setup.kv_type, threads, flash_attention=flash)
    context = Context(model, shape, Interrupt())
    give_back_pages(model.path)
    before = anonymous()
    read(context, range(shape.n_ctx - shape.chunk if fill else shape.chunk), shape.chunk)
    untouched = 0 if fill else max(0, int(reported["compute"] * MIB) - (anonymous() - before))
    taken = resident()
    context.close()
    gc.collect()
    return taken, untouched


def read(context: Context, tokens: range, chunk: int) -> None:
    for start in tokens[::chunk]:
        new = [100 + token * 37 % 1000 for token in tokens[start : start + chunk]]
        context.batch.clear()
        context.batch.add(new, position=start, sequence=0, output=True)
        if context.decode() is not Outcome.DONE:
            raise RuntimeError("a prompt could not be read")


def listen() -> dict[str, float]:
    """Start llama.cpp; the sizes of its buffers in MiB by their kind, as its log tells them from now on."""
    native.start()
    sizes: dict[str, float] = {}

    def note(_level: int, text: bytes | None, _data: object) -> None:
        for kind, size in found(text or b""):
            sizes[kind] = sizes.get(kind, 0.0) + size

    callback = native.lib.llama_log_callback(note)
    native.lib.llama_log_set(callback, None)
    _KEPT.append(callback)
    return sizes


_KEPT: list[object] = []  # native code calls it for as long as the process lives


def found(line: bytes) -> Iterator[tuple[str, float]]:
    match = re.search(rb"(KV|compute|output|model) buffer size = +([\d.]+) MiB", line)
    if match:
        yield match[1].decode(), float(match[2])


def resident() -> int:
    return int(psutil.Process().memory_info().rss)


def anonymous() -> int:
    """Resident bytes that no file backs."""
    memory = psutil.Process().memory_info()
    return int(memory.rss - getattr(memory, "shared", 0))


if __name__ == "__main__":
    main()
