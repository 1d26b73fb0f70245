"""The messages between the desk and the engine process.

Each is one frame of `runtime.frames`: JSON with a `kind` that says which message it is. The engine opens with `Hello`;
a desk that finds another `PROTOCOL_VERSION` there stops. Every command carries a `request` number that its answers
repeat. Times are in seconds, sizes in bytes, counts of tokens in tokens of the loaded model.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

PROTOCOL_VERSION = 4

Priority = Literal["foreground", "background"]
FinishReason = Literal["stop", "length", "cancelled"]


class Message(BaseModel):
    """Base of every message: immutable, and unknown fields are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Turn(Message):
    """One message of a conversation, rendered by the model file's own chat template."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str


class Tool(Message):
    """Something that the model may ask for, as its chat template is told of it."""

    name: str
    description: str
    parameters: dict[str, Any]
    """The JSON schema of an object: the arguments by their names."""


class Sampling(Message):
    """How the next token is chosen. A temperature of 0 is greedy (argmax) and ignores the rest."""

    temperature: float = Field(default=0.0, ge=0.0, le=5.0)
    top_k: int = Field(default=40, ge=0)
    top_p: float = Field(default=0.95, gt=0.0, le=1.0)
    min_p: float = Field(default=0.05, ge=0.0, lt=1.0)
    repeat_penalty: float = Field(default=1.0, ge=0.5, le=2.0)
    seed: int = Field(default=0, ge=0, le=2**32 - 1)


class Adapter(Message):
    """A LoRA adapter for the loaded model: a GGUF file, and how strongly it changes what the model writes."""

    path: str
    scale: float = Field(default=1.0, ge=-10.0, le=10.0)


# Commands: desk to engine.


class Load(Message):
    kind: Literal["load"] = "load"
    request: int
    path: str
    n_ctx: int | None = Field(default=None, ge=64)
    """Tokens of context for one sequence; the model's own, but at most 8192, when absent."""
    slots: int = Field(default=4, ge=1, le=16)
    """Sequences that may be decoded together."""
    threads: int | None = Field(default=None, ge=1)
    """The most threads; physical cores when absent. The engine may use fewer while other programs are busy."""
    decode_threads: int | None = Field(default=None, ge=1)
    prefill_threads: int | None = Field(default=None, ge=1)
    """What writing and reading begin with, as `Calibrate` found out; the most when absent."""
    kv_type: Literal["f32", "f16", "q8_0"] = "f16"
    gpu_layers: int | None = Field(default=None, ge=0)
    """Layers of the model on the GPU, its last ones, and the output with them; all when absent, none at 0.

    With it and `n_ctx` the load counts as planned: the context and the slots are made as they are asked for.
    """
    ubatch: int | None = Field(default=None, ge=16, le=4096)
    """Tokens of a prompt computed in one call; what suits the device when absent."""
    purpose: Literal["text", "vectors"] = "text"
    """A model loaded for vectors answers `Embed` and nothing else, and needs no memory for a context."""
    adapters: tuple[Adapter, ...] = Field(default=(), max_length=8)


class Unload(Message):
    kind: Literal["unload"] = "unload"
    request: int


class Generate(Message):
    """Continue `prompt`, or the rendered `turns`; just one of the two is given.

    With `tools`, which the template is told of, an answer is plain text or calls of these tools and nothing else: JSON
    objects with `name` and `parameters`, several of them divided by "; "; or, where the model's chat template asks for
    it, a Python list such as `[f(a=1), g()]`. Either may stand after `<|python_tag|>`.
    """

    kind: Literal["generate"] = "generate"
    request: int
    turns: tuple[Turn, ...] = ()
    prompt: str | None = None
    """Raw text, tokenised with the model's BOS token and with special tokens as plain text."""
    max_tokens: int = Field(default=512, ge=1)
    sampling: Sampling = Sampling()
    stop: tuple[str, ...] = ()
    tools: tuple[Tool, ...] = ()
    copied_from: str | None = None
    """With `tools`: a text of which each string in a call must be one span, or two with a space between."""
    json_schema: dict[str, Any] | None = None
    words_of: str | None = None
    """A text whose words alone may be written. At most one of `tools`, `json_schema` and this is given."""
    priority: Priority = "foreground"


class Cancel(Message):
    kind: Literal["cancel"] = "cancel"
    request: int
    """The number of the `Generate` to stop."""


class SetAdapters(Message):
    """Let just these adapters change the model from now on, none of them for the model as it is in its file.

    The model stays loaded; what is under way ends as cancelled. When one of them cannot be used, nothing changes.
    """

    kind: Literal["set_adapters"] = "set_adapters"
    request: int
    adapters: tuple[Adapter, ...] = Field(default=(), max_length=8)


class Embed(Message):
    kind: Literal["embed"] = "embed"
    request: int
    texts: tuple[str, ...]
    cut: bool = False
    """Make the vector of a text that is too long from its beginning, instead of refusing it."""


class CountTokens(Message):
    """Count `texts` as plain text, without BOS; or the rendered `turns` with their template, as one count."""

    kind: Literal["count_tokens"] = "count_tokens"
    request: int
    texts: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = ()
    tools: tuple[Tool, ...] = ()


class Stats(Message):
    kind: Literal["stats"] = "stats"
    request: int


class Calibrate(Message):
    """Find out how the loaded model is best run on this machine, while nobody asks for anything.

    A generation that is asked for ends it.
    """

    kind: Literal["calibrate"] = "calibrate"
    request: int
    seconds: float = Field(default=3.0, gt=0.0, le=60.0)
    """The most that it may take."""


class Devices(Message):
    """Ask what models can be computed on; needs no model."""

    kind: Literal["devices"] = "devices"
    request: int


class Shutdown(Message):
    kind: Literal["shutdown"] = "shutdown"


Command = Annotated[
    Load | Unload | SetAdapters | Generate | Cancel | Embed | CountTokens | Stats | Calibrate | Devices | Shutdown,
    Field(discriminator="kind"),
]

# Events: engine to desk.


class Hello(Message):
    kind: Literal["hello"] = "hello"
    version: int
    llama_build: str


class Loaded(Message):
    kind: Literal["loaded"] = "loaded"
    request: int
    name: str
    architecture: str
    parameters: int
    size: int
    n_ctx: int
    n_ctx_train: int
    n_vocab: int
    n_embd: int
    has_template: bool
    device: str
    seconds: float


class Unloaded(Message):
    kind: Literal["unloaded"] = "unloaded"
    request: int


class AdaptersSet(Message):
    kind: Literal["adapters_set"] = "adapters_set"
    request: int


class Prefilled(Message):
    """How much of a prompt has been decoded so far; `reused` tokens came from a shared prefix."""

    kind: Literal["prefilled"] = "prefilled"
    request: int
    tokens: int
    total: int
    reused: int


class Delta(Message):
    """The next piece of the text: whole characters, stop strings held back."""

    kind: Literal["delta"] = "delta"
    request: int
    text: str


class Usage(Message):
    """What one generation cost; sent once, before `Done`."""

    kind: Literal["usage"] = "usage"
    request: int
    prompt_tokens: int
    reused_tokens: int
    tokens: int
    prefill_seconds: float
    decode_seconds: float


class Done(Message):
    kind: Literal["done"] = "done"
    request: int
    reason: FinishReason


class Embedded(Message):
    kind: Literal["embedded"] = "embedded"
    request: int
    vectors: tuple[tuple[float, ...], ...]
    """One unit-length vector of `n_embd` numbers for each text."""


class Counted(Message):
    kind: Literal["counted"] = "counted"
    request: int
    counts: tuple[int, ...]


class Calibrated(Message):
    """What a calibration found. When it was ended too early, `complete` is False and the rest says nothing."""

    kind: Literal["calibrated"] = "calibrated"
    request: int
    complete: bool
    decode_threads: int = 0
    prefill_threads: int = 0
    ubatch: int = 0
    """Tokens of a prompt in one call; 0 when there was no time to compare."""
    prefill_speed: float = 0.0
    decode_speed: float = 0.0
    """Tokens per second at the beginning of a context."""
    foreign_cores: float = 0.0
    """How many cores other programs kept busy meanwhile: with many, the rest is not what the machine can do."""
    seconds: float = 0.0


class StatsReport(Message):
    kind: Literal["stats_report"] = "stats_report"
    request: int
    resident_bytes: int
    model: str | None = None
    threads: int = 0
    running: int = 0
    waiting: int = 0
    prompt_tokens: int = 0
    reused_tokens: int = 0
    tokens: int = 0
    tokens_per_second: float = 0.0
    """Decode speed over the last seconds; 0.0 when idle."""


class DeviceReport(Message):
    """One device of ggml's own list, the processor with the main memory among them; memory in bytes."""

    backend: str
    """ggml's name of its kind, such as "CUDA", "MTL", "Vulkan" or "CPU"."""
    name: str
    total: int
    free: int
    integrated: bool = False
    """Whether it is a GPU that shares the main memory."""


class ModuleReport(Message):
    """The library of a backend for GPUs. `fault` is a sentence that says why it is not in use, "" when it is."""

    backend: str
    path: str
    fault: str = ""


class DeviceList(Message):
    kind: Literal["device_list"] = "device_list"
    request: int
    devices: tuple[DeviceReport, ...]
    backends: tuple[str, ...]
    """The backends that are loaded, by ggml's names."""
    folder: str
    """Where further backends are looked for."""
    modules: tuple[ModuleReport, ...] = ()
    cpu_variant: str = ""
    """Which of the builds for processors is in use, such as "haswell"; "" where there is one for all."""


class Failed(Message):
    """A command that could not be carried out; `request` is None when no single command is at fault."""

    kind: Literal["failed"] = "failed"
    request: int | None
    title: str
    message: str
    hint: str = ""


Event = Annotated[
    Hello
    | Loaded
    | Unloaded
    | AdaptersSet
    | Prefilled
    | Delta
    | Usage
    | Done
    | Embedded
    | Counted
    | Calibrated
    | StatsReport
    | DeviceList
    | Failed,
    Field(discriminator="kind"),
]

COMMAND: TypeAdapter[Command] = TypeAdapter(Command)
EVENT: TypeAdapter[Event] = TypeAdapter(Event)
