"""Adapters of the model in use: named in the settings, or changed while the desk is open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from app.desk import LocalDesk
from app.errors import DeskError
from app.locations import Locations, locations
from app.model_choice import choose_model, installed_models
from app.summary_options import SummaryOptions
from runtime.errors import BadModelFile
from tests.adapters import lora_tensors, make_lora
from tests.models import make_tiny_llama
from tests.summary.papers import make_papers

pytestmark = pytest.mark.usefixtures("desk_home")


@pytest.fixture
def places() -> Locations:
    """With two models of one shape and an adapter for them."""
    made = locations().make()
    make_tiny_llama(made.models / "first.gguf")
    make_tiny_llama(made.models / "second.gguf", seed=1)
    make_lora(made.models / "a-style.gguf")
    return made


@pytest.fixture
async def desk(places: Locations) -> AsyncIterator[LocalDesk]:
    opened = LocalDesk.open(places)
    yield opened
    await opened.close()


async def summarised(desk: LocalDesk, folder: Path) -> int:
    """How many pieces the model wrote, and were not stored already."""
    generated = 0
    async with aclosing(desk.summarise([folder], SummaryOptions())) as events:
        async for event in events:
            report = getattr(event, "report", None)
            generated = report.stats.generated if report is not None else generated
    return generated


async def name_of(desk: LocalDesk) -> str | None:
    return (await desk.engine_state()).model


def test_an_adapter_in_the_models_folder_is_no_model(places: Locations) -> None:
    assert [path.stem for path in installed_models(places)] == ["first", "second"]
    assert choose_model(None, None, places).stem == "first"


async def test_the_settings_name_the_adapters_of_each_model(places: Locations) -> None:
    places.settings.write_text('model = "second"\n[adapters]\nfirst = ["a-style"]\n')
    desk = LocalDesk.open(places)
    assert await name_of(desk) == "Tiny Llama for tests"
    await desk.use_model("first")
    assert await name_of(desk) == "Tiny Llama for tests + a-style"
    await desk.use_model("second")
    assert await name_of(desk) == "Tiny Llama for tests"
    await desk.close()


async def test_results_of_a_model_with_an_adapter_are_of_their_own(desk: LocalDesk, places: Locations) -> None:
    papers = make_papers(places.home / "papers")
    assert await summarised(desk, papers) > 0
    assert await summarised(desk, papers) == 0
    await desk.use_adapters([places.models / "a-style.gguf"])
    assert await summarised(desk, papers) > 0
    await desk.use_adapters([])
    assert await summarised(desk, papers) == 0


async def test_one_that_cannot_be_used_changes_nothing(desk: LocalDesk, places: Locations, tmp_path: Path) -> None:
    await desk.use_adapters([places.models / "a-style.gguf"])
    before = await name_of(desk)
    for path in (make_lora(tmp_path / "large.gguf", lora_tensors(layers=3)), places.models / "second.gguf"):
        with pytest.raises(BadModelFile, match=path.name):
            await desk.use_adapters([path])
    assert await name_of(desk) == before


async def test_one_from_elsewhere_needs_an_engine_that_may_read_it(desk: LocalDesk, places: Locations) -> None:
    papers = make_papers(places.home / "papers")
    await summarised(desk, papers)
    session = desk._session
    assert session is not None
    pid = session._client.pid
    await desk.use_adapters([places.models / "a-style.gguf"])
    assert session._client.pid == pid
    elsewhere = make_lora(places.home / "elsewhere.gguf", lora_tensors(seed=1))
    await desk.use_adapters([elsewhere])
    assert await summarised(desk, papers) > 0
    assert session._client.pid not in (None, pid)


async def test_without_a_model_there_is_nothing_to_change(places: Locations) -> None:
    desk = LocalDesk.open(places, use_model=False)
    with pytest.raises(DeskError, match="no model that an adapter could change"):
        await desk.use_adapters([places.models / "a-style.gguf"])
    await desk.close()


@pytest.mark.parametrize(
    ("adapter", "problem", "words"),
    [("nowhere", DeskError, "nowhere"), ("second", BadModelFile, "second.gguf is not an adapter")],
)
def test_a_setting_that_names_none_is_a_sentence(
    places: Locations, adapter: str, problem: type[Exception], words: str
) -> None:
    places.settings.write_text(f'[adapters]\nfirst = ["{adapter}"]\n')
    with pytest.raises(problem, match=words):
        LocalDesk.open(places)
