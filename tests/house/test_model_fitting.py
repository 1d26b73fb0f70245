"""A model is loaded by the best plan that fits, and by a smaller one when memory runs out all the same."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.backend_wording import about_backends
from app.locations import Locations
from app.model_fitting import ModelFitting, devices_of, smaller_models, wanted_by
from app.settings import load_settings
from runtime.errors import EngineFailed, OutOfMemory
from runtime.fit import Candidate, Wanted, footprint_of
from runtime.model_file import ModelFacts, check_model
from runtime.pocket import POCKET_MODEL
from runtime.protocol import DeviceList, DeviceReport, Loaded, ModuleReport

GIB = 2**30
CPU = DeviceReport(backend="CPU", name="a processor", total=16 * GIB, free=12 * GIB)
CUDA = DeviceReport(backend="CUDA", name="GTX 1650", total=4 * GIB, free=3 * GIB)


class Engine:
    """Answers as a client does; it runs out of memory in loads that want more than `most` tokens of context."""

    def __init__(self, *devices: DeviceReport, most: int = 2**31) -> None:
        self._devices = devices
        self._most = most
        self.asked: list[dict[str, Any]] = []

    async def devices(self) -> DeviceList:
        return DeviceList(request=1, devices=self._devices, backends=("CPU",), folder="/lib")

    async def load(self, model: Path, **options: Any) -> Loaded:
        self.asked.append({name: value for name, value in options.items() if name not in {"adapters", "calibrated"}})
        if options["n_ctx"] > self._most:
            raise OutOfMemory("There is not enough memory.")
        return Loaded(
            request=2, name="it", architecture="llama", parameters=1, size=1, n_ctx=options["n_ctx"], n_ctx_train=1,
            n_vocab=1, n_embd=1, has_template=True, device="CPU", seconds=0.0,
        )  # fmt: skip


@pytest.fixture
def facts(tiny_model: Path) -> ModelFacts:
    return check_model(tiny_model)


def fitting(facts: ModelFacts, wanted: Wanted, smaller: tuple[Candidate, ...] = ()) -> ModelFitting:
    return ModelFitting(facts, wanted, lambda: smaller)


def load(chosen: ModelFitting, engine: Engine) -> Loaded:
    return asyncio.run(chosen.load(engine, Path("tiny.gguf")))  # type: ignore[arg-type]


def test_what_fits_is_loaded_in_full_and_without_a_word(facts: ModelFacts) -> None:
    chosen, engine = fitting(facts, Wanted()), Engine(CPU)
    assert load(chosen, engine).n_ctx == chosen.n_ctx == facts.n_ctx_train
    [asked] = engine.asked
    assert asked == {
        "n_ctx": facts.n_ctx_train, "slots": 2, "kv_type": "f16", "gpu_layers": 0, "ubatch": 128
    }  # fmt: skip
    assert chosen.take_notice() == ""


def test_a_gpu_gets_all_layers_that_fit(facts: ModelFacts) -> None:
    chosen, engine = fitting(facts, Wanted()), Engine(CUDA, CPU)
    load(chosen, engine)
    assert (engine.asked[0]["gpu_layers"], engine.asked[0]["ubatch"]) == (facts.layers, 512)


def test_a_load_that_fails_for_memory_is_tried_smaller_and_told_once(facts: ModelFacts) -> None:
    chosen, engine = fitting(facts, Wanted(n_ctx=8192)), Engine(CPU, most=1)
    with pytest.raises(OutOfMemory):
        load(chosen, engine)
    assert chosen.take_notice() == ""
    long = longer(facts)
    chosen, engine = fitting(long, Wanted(n_ctx=8192)), Engine(CPU, most=4096)
    assert load(chosen, engine).n_ctx == chosen.n_ctx == 4096
    assert [asked["n_ctx"] for asked in engine.asked] == [8192, 4096]
    notice = chosen.take_notice()
    assert notice.startswith("There was less memory than it seemed: Tiny Llama for tests runs on the CPU, 4k context")
    assert chosen.take_notice() == ""


def longer(facts: ModelFacts) -> ModelFacts:
    """The same model, as if it had been trained with a longer context."""
    return replace(facts, sizes=replace(facts.sizes, n_ctx_train=8192))


def test_less_context_than_was_asked_for_is_told(facts: ModelFacts) -> None:
    little = CPU.model_copy(update={"total": GIB, "free": 256 * 2**20 + 64 * 2**20 + 12 * 2**20})
    long = longer(facts)
    chosen = fitting(long, Wanted())
    assert load(chosen, Engine(little)).n_ctx < 8192
    assert "with a context of 8k tokens does not fit the memory that is free" in chosen.take_notice()


def test_what_does_not_fit_is_refused_and_nothing_is_loaded(facts: ModelFacts) -> None:
    engine = Engine(CPU.model_copy(update={"total": GIB, "free": 300 * 2**20}))
    with pytest.raises(OutOfMemory, match=r"needs .* MB of memory even with a context") as refused:
        load(fitting(facts, Wanted()), engine)
    assert refused.value.hint == "Close other programs, or choose a smaller model."
    assert engine.asked == []


def test_settings_say_how_a_model_is_loaded(tmp_path: Path, facts: ModelFacts) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('context = 1024\ngpu_layers = 1\nkv_type = "f32"\n')
    engine = Engine(CUDA, CPU)
    load(fitting(facts, wanted_by(load_settings(path))), engine)
    assert engine.asked == [{"n_ctx": 1024, "slots": 2, "kv_type": "f32", "gpu_layers": 1, "ubatch": 512}]


def test_other_models_on_the_machine_may_be_named(tmp_path: Path, tiny_model: Path) -> None:
    places = Locations(tmp_path).make()
    (places.models / "other.gguf").write_bytes(tiny_model.read_bytes())
    (places.models / "broken.gguf").write_bytes(b"GGUF")
    assert [one.name for one in smaller_models(tiny_model, places)] == ["other", "the pocket model"]
    assert [one.name for one in smaller_models(POCKET_MODEL, places)] == ["other"]


def test_the_pocket_model_takes_little() -> None:
    footprint = footprint_of(check_model(POCKET_MODEL))
    assert footprint.weights < 4 * 2**20


@pytest.mark.parametrize(
    ("devices", "platform", "said"),
    [
        ((CPU,), "linux", "Models run on the CPU. To use a GPU, put libggml-vulkan.so or libggml-cuda.so for this"),
        ((CPU,), "win32", "ggml-vulkan.dll or ggml-cuda.dll"),
        ((CPU,), "darwin", "Metal, which is built in"),
        ((CUDA, CPU), "linux", "CUDA (GTX 1650, 3 GB of 4 GB free); CPU (a processor, 12 GB of 16 GB free)"),
        ((CUDA, CPU), "linux", "Models run on GTX 1650. gpu_layers = 0 in settings.toml keeps them on the CPU."),
    ],
)
def test_backends_in_words(devices: tuple[DeviceReport, ...], platform: str, said: str) -> None:
    answer = DeviceList(request=1, devices=devices, backends=("CPU",), folder="/lib")
    assert said in about_backends(answer, platform)


def test_the_processors_code_is_named() -> None:
    answer = DeviceList(request=1, devices=(CPU,), backends=("CPU",), folder="/lib", cpu_variant="haswell")
    assert "found CPU (a processor, code for haswell, 12 GB of 16 GB free)." in about_backends(answer, "linux")


@pytest.mark.parametrize(
    ("devices", "fault", "said"),
    [
        ((CPU,), "", "The CUDA backend is there and finds no GPU: install your graphics card's driver."),
        ((CPU,), "/b/x.so\x1b could not be loaded.", "on the CPU. /b/x.so\ufffd could not be loaded. To use a GPU"),
        ((CUDA, CPU), "", "Models run on GTX 1650. gpu_layers = 0"),
    ],
)
def test_what_became_of_a_gpus_backend_in_words(devices: tuple[DeviceReport, ...], fault: str, said: str) -> None:
    module = ModuleReport(backend="CUDA", path="/b/x.so", fault=fault)
    answer = DeviceList(request=1, devices=devices, backends=("CPU",), folder="/b", modules=(module,))
    assert said in about_backends(answer, "linux")


def test_only_a_backend_that_is_not_there_is_told_how_to_get() -> None:
    cuda, vulkan = (ModuleReport(backend=name, path="/b/x.so", fault="") for name in ("CUDA", "Vulkan"))
    answer = DeviceList(request=1, devices=(CPU,), backends=("CPU",), folder="/b", modules=(cuda,))
    assert "put libggml-vulkan.so for this" in about_backends(answer, "linux")
    both = answer.model_copy(update={"modules": (cuda, vulkan)})
    assert about_backends(both, "linux").endswith("finds no GPU: install your graphics card's driver.")


def test_without_code_for_the_processor_a_sentence_says_so() -> None:
    with pytest.raises(EngineFailed, match="code for this processor is not there"):
        about_backends(DeviceList(request=1, devices=(), backends=(), folder="/b"), "linux")


def test_a_backend_of_another_maker_is_a_gpu_too() -> None:
    rocm = CUDA.model_copy(update={"backend": "ROCm"})
    device, _ = devices_of(DeviceList(request=1, devices=(rocm, CPU), backends=(), folder=""))
    assert device.kind == "gpu"
