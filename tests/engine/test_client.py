"""The client against an engine process that does as it is told: answers, cancels, dies."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from runtime.client import EngineClient, GenerationEvent, Restarted
from runtime.client.deaths import Deaths, culprit
from runtime.errors import BadModelFile, ContextOverflow, EngineFailed
from runtime.protocol import Delta, Done, Prefilled, Turn, Usage

FAKE_ENGINE = (sys.executable, str(Path(__file__).with_name("fake_engine.py")))


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[EngineClient]:
    async with EngineClient(FAKE_ENGINE, work_dir=tmp_path / "work", log_file=tmp_path / "engine.log") as client:
        yield client


@pytest.fixture
def model_named(tiny_model: Path, tmp_path: Path) -> Callable[[str], Path]:
    return lambda name: Path(shutil.copy(tiny_model, tmp_path / name))


async def collect(client: EngineClient, prompt: str) -> list[GenerationEvent]:
    return [event async for event in client.generate(prompt=prompt)]


def text_of(events: list[GenerationEvent]) -> str:
    """The text that a consumer ends up with, who drops what came before a restart."""
    text = ""
    for event in events:
        if isinstance(event, Restarted):
            text = ""
        elif isinstance(event, Delta):
            text += event.text
    return text


async def wait_until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


async def running(client: EngineClient, count: int) -> None:
    """Wait until the engine works on `count` generations."""
    async with asyncio.timeout(5):
        while (await client.stats()).running != count:
            await asyncio.sleep(0.005)


async def test_a_generation_is_its_events_in_order(client: EngineClient):
    events = await collect(client, "say one two")
    assert [type(event) for event in events] == [Prefilled, Delta, Delta, Usage, Done]
    assert text_of(events) == "one two "


async def test_generations_do_not_mix(client: EngineClient):
    many = await asyncio.gather(*(collect(client, f"say {n} {n}") for n in range(20)))
    assert [text_of(events) for events in many] == [f"{n} {n} " for n in range(20)]


async def test_turns_are_sent(client: EngineClient):
    turns = [Turn(role="system", content="be brief"), Turn(role="user", content="say yes")]
    assert text_of([event async for event in client.generate(turns=turns)]) == "yes "


async def test_counts_vectors_and_stats(client: EngineClient):
    texts = [" ".join(["word"] * n) for n in range(200)]
    assert await client.count_tokens(texts) == list(range(200))
    assert await client.count_turns([Turn(role="user", content="a b")]) == 2
    assert len(await client.embed(texts)) == 200
    assert (await client.stats()).running == 0


async def test_vectors_dropped_for_another_model_are_said_so(client: EngineClient):
    with pytest.raises(EngineFailed, match="dropped this work"):
        await client.embed(["drop"])


async def test_a_model_is_loaded_and_unloaded(client: EngineClient, tiny_model: Path):
    loaded = await client.load(tiny_model, n_ctx=256)
    assert (loaded.n_ctx, client.loaded) == (256, loaded)
    assert (await client.stats()).model == tiny_model.name
    await client.unload()
    assert client.loaded is None
    assert (await client.stats()).model is None


async def test_unloading_nothing_starts_no_process(client: EngineClient):
    await client.unload()
    assert client.pid is None


async def test_a_file_that_is_no_model_never_reaches_the_engine(client: EngineClient, tmp_path: Path):
    (tmp_path / "notes.gguf").write_text("not a model")
    with pytest.raises(BadModelFile, match=r"notes\.gguf is not a GGUF file"):
        await client.load(tmp_path / "notes.gguf")
    assert client.pid is None


async def test_a_refused_load_leaves_the_engine_in_use(client: EngineClient, model_named: Callable[[str], Path]):
    with pytest.raises(BadModelFile, match="It does not load"):
        await client.load(model_named("refused.gguf"))
    assert text_of(await collect(client, "say still here")) == "still here "


async def test_a_failed_generation_raises_what_the_engine_says(client: EngineClient):
    with pytest.raises(ContextOverflow) as raised:
        await collect(client, "refuse")
    assert raised.value.sentence() == "It does not fit. Cut it."


async def test_a_prompt_over_the_frame_limit_is_refused(client: EngineClient):
    with pytest.raises(ContextOverflow):
        await collect(client, "x" * 17_000_000)
    assert text_of(await collect(client, "say fine")) == "fine "


async def test_closing_the_generator_cancels(client: EngineClient):
    events = client.generate(prompt="forever")
    async for event in events:
        if isinstance(event, Delta):
            break
    await events.aclose()
    await running(client, 0)


async def test_cancelling_the_task_cancels(client: EngineClient):
    task = asyncio.create_task(collect(client, "forever"))
    await running(client, 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await running(client, 0)
    assert text_of(await collect(client, "say next")) == "next "


async def test_closing_a_finished_generator_disturbs_nobody(tmp_path: Path):
    async with EngineClient(FAKE_ENGINE, work_dir=tmp_path, log_file=tmp_path / "log", grace=0.1) as client:
        events = client.generate(prompt="say one")
        await anext(events)
        await client.stats()  # by now the rest of the events, with Done, has come as well
        pid = client.pid
        await events.aclose()
        await asyncio.sleep(0.3)
        assert client.pid == pid


async def test_an_engine_deaf_to_a_cancel_is_killed_and_started_again(tmp_path: Path, tiny_model: Path):
    async with EngineClient(FAKE_ENGINE, work_dir=tmp_path, log_file=tmp_path / "log", grace=0.1) as client:
        await client.load(tiny_model)
        first = client.pid
        events = client.generate(prompt="deaf")
        await anext(events)
        await events.aclose()
        await wait_until(lambda: client.pid not in (first, None) and client.loaded is not None)
        assert text_of(await collect(client, "say back")) == "back "


async def test_a_death_restarts_what_was_under_way(client: EngineClient, tiny_model: Path):
    await client.load(tiny_model)
    other = asyncio.create_task(collect(client, "forever"))
    await running(client, 1)
    events = await collect(client, "die once")
    assert [type(event) for event in events][:3] == [Delta, Restarted, Prefilled]
    assert text_of(events) == "die once "
    assert (await client.stats()).model == tiny_model.name
    assert (await client.stats()).running == 1
    other.cancel()


async def test_kill_9_in_mid_generation(client: EngineClient, tiny_model: Path):
    await client.load(tiny_model)
    seen: list[GenerationEvent] = []
    async for event in client.generate(prompt="forever"):
        seen.append(event)
        if len(seen) == 5 and client.pid is not None:
            psutil.Process(client.pid).kill()
        if any(isinstance(event, Restarted) for event in seen) and len(text_of(seen).split()) == 3:
            break
    assert sum(isinstance(event, Restarted) for event in seen) == 1


async def test_a_model_that_stops_the_engine_twice_is_refused_by_name(client: EngineClient, tiny_model: Path):
    await client.load(tiny_model)
    with pytest.raises(EngineFailed, match=r"tiny\.gguf stopped the engine twice"):
        await collect(client, "die")
    for attempt in (client.load(tiny_model), client.stats()):
        with pytest.raises(EngineFailed, match=r"tiny\.gguf stopped the engine twice"):
            await attempt


async def test_an_engine_that_dies_idle_blames_nothing_and_is_started_when_something_is_asked(
    client: EngineClient, tiny_model: Path
):
    await client.load(tiny_model)
    for _ in range(3):
        assert client.pid is not None
        psutil.Process(client.pid).kill()
        await wait_until(lambda: client.pid is None)
        assert text_of(await collect(client, "say fine")) == "fine "
    assert client.loaded is not None


async def test_another_model_is_loaded_after_a_refused_one(client: EngineClient, model_named: Callable[[str], Path]):
    with pytest.raises(EngineFailed, match=r"dies\.gguf stopped the engine twice"):
        await client.load(model_named("dies.gguf"))
    await client.load(model_named("good.gguf"))
    assert text_of(await collect(client, "say fine")) == "fine "


def test_a_file_that_was_replaced_is_tried_anew(tmp_path: Path):
    path = tmp_path / "m.gguf"
    path.touch()
    deaths = Deaths()
    for _ in range(2):
        deaths.check(culprit(str(path)))
        deaths.note(culprit(str(path)))
    with pytest.raises(EngineFailed, match=r"m\.gguf stopped the engine twice"):
        deaths.check(culprit(str(path)))
    path.write_bytes(b"another")
    deaths.check(culprit(str(path)))


async def test_a_load_that_dies_once_is_tried_again(client: EngineClient, model_named: Callable[[str], Path]):
    loaded = await client.load(model_named("dies-once.gguf"))
    assert loaded.name == "dies-once.gguf"


async def test_a_cancelled_load_kills_the_engine_without_blame(
    client: EngineClient, model_named: Callable[[str], Path]
):
    slow = model_named("slow.gguf")
    for _ in range(3):
        load = asyncio.create_task(client.load(slow))
        await wait_until(lambda: client.pid is not None)
        pid = client.pid or 0
        load.cancel()
        with pytest.raises(asyncio.CancelledError):
            await load
        await wait_until(lambda pid=pid: not is_running(pid))
    assert text_of(await collect(client, "say fine")) == "fine "


async def test_an_engine_that_breaks_the_protocol_is_a_dead_one(client: EngineClient):
    with pytest.raises(EngineFailed, match="stopped twice"):
        await collect(client, "nonsense")


async def test_an_engine_of_another_version_is_refused(tmp_path: Path):
    async with EngineClient([*FAKE_ENGINE, "99"], work_dir=tmp_path, log_file=tmp_path / "log") as client:
        with pytest.raises(EngineFailed, match="another version"):
            await client.start()


@pytest.mark.parametrize("command", [("no-such-program-anywhere",), (sys.executable, "-c", "print('hello')")])
async def test_an_engine_that_does_not_start_says_so(tmp_path: Path, command: tuple[str, ...]):
    async with EngineClient(command, work_dir=tmp_path, log_file=tmp_path / "log") as client:
        with pytest.raises(EngineFailed):
            await collect(client, "say anything")


async def test_closing_ends_the_process_and_what_was_under_way(tmp_path: Path):
    client = EngineClient(FAKE_ENGINE, work_dir=tmp_path, log_file=tmp_path / "log")
    task = asyncio.create_task(collect(client, "forever"))
    await wait_until(lambda: client.pid is not None)
    pid = client.pid or 0
    await client.close()
    assert not is_running(pid)
    for attempt in (task, client.start()):
        with pytest.raises(EngineFailed, match="closed"):
            await attempt
    await client.close()


async def test_the_engine_gets_a_scrubbed_environment_and_an_empty_folder(
    client: EngineClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("PYTHONPATH", "HTTPS_PROXY", "GGML_BACKEND_PATH", "LD_PRELOAD", "MY_TOKEN"):
        monkeypatch.setenv(name, "")
    told = json.loads(text_of(await collect(client, "environment")))
    assert not {"PYTHONPATH", "HTTPS_PROXY", "GGML_BACKEND_PATH", "LD_PRELOAD", "MY_TOKEN"} & told["environment"].keys()
    assert told["environment"]["GGML_NO_BACKTRACE"] == "1"
    assert Path(told["folder"]) == tmp_path / "work"


async def test_what_the_engine_writes_to_stderr_is_logged(tmp_path: Path):
    script = "import sys; sys.stderr.write('a native complaint'); sys.exit(3)"
    async with EngineClient((sys.executable, "-c", script), work_dir=tmp_path, log_file=tmp_path / "log") as client:
        with pytest.raises(EngineFailed, match="stopped while it started"):
            await client.start()
    assert "a native complaint" in (tmp_path / "log").read_text()


async def test_an_engine_that_does_not_end_is_killed(tmp_path: Path):
    script = (
        "import sys, time\n"
        "from runtime.frames import write_frame\n"
        "from runtime.protocol import PROTOCOL_VERSION, Hello\n"
        "hello = Hello(version=PROTOCOL_VERSION, llama_build='')\n"
        "write_frame(sys.stdout.buffer, hello.model_dump_json().encode()); time.sleep(60)"
    )
    command = (sys.executable, "-c", script)
    async with EngineClient(command, work_dir=tmp_path, log_file=tmp_path / "log", grace=0.1) as client:
        await client.start()
        pid = client.pid or 0
    assert not is_running(pid)


@pytest.mark.skipif(sys.platform == "win32", reason="the keyboard interrupts through signals elsewhere")
async def test_an_interrupt_of_the_group_does_not_reach_the_engine(client: EngineClient):
    await client.start()
    assert os.getpgid(client.pid or 0) != os.getpgid(0)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is not a signal there")
def test_the_engine_ends_with_a_desk_that_was_killed(tmp_path: Path):
    desk = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from runtime.client import EngineClient\n"
        "async def main():\n"
        f"    client = EngineClient({FAKE_ENGINE!r}, work_dir=Path({str(tmp_path)!r}), log_file=Path({os.devnull!r}))\n"
        "    await client.start()\n"
        "    print(client.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen((sys.executable, "-c", desk), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 5
    while is_running(pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_client_does_not_import_native_code():
    script = (
        "import sys, runtime.client, runtime.model_file; sys.exit('llama_cpp' in sys.modules or 'numpy' in sys.modules)"
    )
    subprocess.run((sys.executable, "-c", script), check=True)


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
