"""The engine's side of a plan: its devices, a load as it was planned, memory as it was predicted."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from runtime.engine import native
from runtime.engine.context import Context, ContextShape
from runtime.engine.engine import Engine
from runtime.engine.interrupt import Interrupt
from runtime.engine.mapped_file import give_back_pages
from runtime.engine.model import Model
from runtime.fit.footprint import KvType, footprint_of
from runtime.fit.memory import available_memory
from runtime.model_file import check_model
from runtime.protocol import Devices, Load

MIB = 2**20
SCRIPT = Path(__file__).parents[2] / "packaging" / "random_model.py"


def random_model() -> Any:
    """The script that makes models with random weights; `packaging` is no package."""
    specification = importlib.util.spec_from_file_location("random_model", SCRIPT)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module  # dataclasses look for it there
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with the proportions of Llama 3.2 1B, in Q8_0."""
    made = random_model()
    shape = made.Shape("one in a hundred", 4, 256, 1024, 8, 2, 64, 4096, 6000, 8192)
    return made.write_random_model(tmp_path_factory.mktemp("models") / "proportions.gguf", shape, "Q8_0")  # type: ignore[no-any-return]


@pytest.fixture
def engine() -> Iterator[tuple[Engine, list[Any]]]:
    native.start()
    events: list[Any] = []
    made = Engine(Interrupt(), events.append)
    yield made, events
    made.unload()


@contextmanager
def buffer_sizes() -> Iterator[Counter[str]]:
    """The bytes of ggml's buffers by their kind, as its log tells them."""
    sizes: Counter[str] = Counter()

    def note(_level: int, text: bytes | None, _data: object) -> None:
        for kind, size in re.findall(rb"(KV|compute|output|model) buffer size = +([\d.]+) MiB", text or b""):
            sizes[kind.decode()] += round(float(size) * MIB)

    callback = native.lib.llama_log_callback(note)
    native.lib.llama_log_set(callback, None)
    try:
        yield sizes
    finally:
        native.lib.llama_log_set(native._log_callback, None)


@pytest.mark.parametrize("kv_type", ["f16", "q8_0", "f32"])
@pytest.mark.parametrize(("n_ctx", "sequences", "chunk"), [(300, 1, 64), (2048, 2, 128), (8192, 3, 256)])
def test_buffers_are_as_large_as_predicted(
    model: Path, kv_type: KvType, n_ctx: int, sequences: int, chunk: int
) -> None:
    flash = kv_type == "q8_0"
    native.start()
    with buffer_sizes() as taken, Model(model) as loaded:
        shape = ContextShape(n_ctx, sequences, chunk, kv_type, threads=1, flash_attention=flash)
        Context(loaded, shape, Interrupt()).close()
    footprint = footprint_of(check_model(model))
    rounding = MIB // 100  # of the log
    assert taken["model"] == pytest.approx(footprint.weights, abs=rounding, rel=0.001)
    assert taken["KV"] == pytest.approx(footprint.kv_bytes(n_ctx, sequences, kv_type), abs=rounding)
    compute = footprint.compute_bytes(n_ctx, chunk, outputs=sequences, flash=flash)
    assert taken["compute"] == pytest.approx(compute, rel=0.1, abs=4 * chunk * 3 * 256)
    predicted = footprint.weights + footprint.kv_bytes(n_ctx, sequences, kv_type) + compute
    predicted += footprint.output_bytes(sequences)
    assert sum(taken.values()) == pytest.approx(predicted, rel=0.1)


def test_the_engine_lists_its_devices(engine: tuple[Engine, list[Any]]) -> None:
    made, events = engine
    made.devices(Devices(request=7))
    answer = events[-1]
    processor = answer.devices[-1]
    assert (answer.request, processor.backend) == (7, "CPU")
    assert "CPU" in answer.backends
    assert 0 < processor.free <= processor.total == available_memory()[0]
    assert Path(answer.folder).is_dir()


def test_a_planned_load_is_made_as_planned(engine: tuple[Engine, list[Any]], model: Path) -> None:
    made, events = engine
    made.load(Load(request=1, path=str(model), n_ctx=4096, slots=3, kv_type="q8_0", gpu_layers=0, ubatch=64))
    assert (events[-1].n_ctx, events[-1].device) == (4096, "CPU")
    shape = made._loaded._context.shape  # type: ignore[union-attr]
    assert (shape.sequences, shape.chunk, shape.kv_type) == (3, 64, "q8_0")


LIMITED = """\
import json, resource, sys
from runtime.engine import native
from runtime.engine.engine import Engine
from runtime.engine.interrupt import Interrupt
from runtime.errors import OutOfMemory
from runtime.protocol import Load
native.start()
engine = Engine(Interrupt(), lambda event: None)
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
try:
    engine.load(Load(request=1, path=sys.argv[1], n_ctx=65_536, slots=2, kv_type="f32", gpu_layers=0))
except OutOfMemory as problem:
    print(problem.sentence())
engine.load(Load(request=2, path=sys.argv[1], n_ctx=1024, slots=2, gpu_layers=0))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems bound no address space")
def test_a_context_that_memory_cannot_hold_is_a_failure_of_its_own(tmp_path: Path) -> None:
    # 131,072 tokens of 2 x 2 x 8192 numbers of 4 bytes are 16 GiB, in an address space of 4.
    shape = random_model().Shape("wide", 2, 32, 64, 32, 32, 256, 512, 600, 65_536)
    path = random_model().write_random_model(tmp_path / "wide.gguf", shape, "Q8_0")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-P", "-c", LIMITED, str(path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "not enough memory to run wide" in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists the mappings of a process")
def test_pages_of_a_model_are_given_back_and_come_again(model: Path) -> None:
    native.start()
    with Model(model) as loaded:
        shape = ContextShape(256, 1, 32, "f32", threads=1, flash_attention=False)
        context = Context(loaded, shape, Interrupt())
        logits = []
        for _ in range(2):
            context.trim(0, 0)
            context.batch.clear()
            row = context.batch.add([1, 2, 3], position=0, sequence=0, output=True)
            context.decode()
            logits.append(context.logits(row).tolist())
            held = mapped(model)
            give_back_pages(model)
            assert mapped(model) < held / 4
        context.close()
    assert logits[0] == logits[1]


def mapped(path: Path) -> int:
    """Bytes of the file's pages in this process."""
    lines = Path("/proc/self/smaps").read_text("utf-8", "replace")
    parts = re.split(r"^(?=[0-9a-f]+-[0-9a-f]+ )", lines, flags=re.MULTILINE)
    return sum(int(re.findall(r"^Rss: +(\d+) kB", part, re.MULTILINE)[0]) for part in parts if str(path) in part)
