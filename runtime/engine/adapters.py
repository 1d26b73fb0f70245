"""The LoRA adapters that change what a loaded model writes, attached and detached while it stays in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from runtime.engine.context import Context
from runtime.engine.model import Model
from runtime.engine.native import lib
from runtime.engine.slots import AdapterKey
from runtime.errors import BadModelFile
from runtime.model_file import check_adapter
from runtime.protocol import Adapter


@dataclass(frozen=True, slots=True)
class LoadedAdapter:
    """An adapter in memory. `number` is never given to another one, not even to the same file loaded anew."""

    number: int
    file: tuple[str, int, int]
    """Its path, size and time of change."""
    handle: Any
    scale: float


class Adapters:
    """Owns the adapters of a model. Close it after every context that uses them, and before the model."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._numbers = count(1)
        self._attached: list[LoadedAdapter] = []

    def load(self, wanted: Sequence[Adapter]) -> list[LoadedAdapter]:
        """The adapters in memory; what is attached already stays as it is. Raises BadModelFile, and frees the new."""
        loaded: list[LoadedAdapter] = []
        try:
            for adapter in wanted:
                loaded.append(self._one(adapter, [one.file[0] for one in loaded]))
        except BadModelFile:
            self._free(loaded, but=self._attached)
            raise
        return loaded

    def attach(self, loaded: list[LoadedAdapter], context: Context) -> AdapterKey:
        """Let just these change what `context` computes, and free the others."""
        context.set_adapters([(one.handle, one.scale) for one in loaded])
        self._free(self._attached, but=loaded)
        self._attached = loaded
        return tuple((one.number, one.scale) for one in loaded)

    def close(self) -> None:
        self._free(self._attached, but=())
        self._attached = []

    def _one(self, adapter: Adapter, before: Sequence[str]) -> LoadedAdapter:
        path = Path(adapter.path)
        if adapter.path in before:
            raise BadModelFile(f"The adapter {path.name} is named twice.", hint="Name it once, with a larger scale.")
        facts = check_adapter(path, self._model.path)
        file = (adapter.path, facts.size, path.stat().st_mtime_ns)
        for attached in self._attached:
            if attached.file == file:
                return LoadedAdapter(attached.number, file, attached.handle, adapter.scale)
        handle = lib.llama_adapter_lora_init(self._model.handle, adapter.path.encode())
        if not handle:  # a NULL pointer, which is an object that is not None
            raise BadModelFile(
                f"llama.cpp could not load the adapter {path.name}.", hint="Fetch the file again, or leave it out."
            )
        return LoadedAdapter(next(self._numbers), file, handle, adapter.scale)

    def _free(self, adapters: Sequence[LoadedAdapter], *, but: Sequence[LoadedAdapter]) -> None:
        kept = {one.number for one in but}
        for adapter in adapters:
            if adapter.number not in kept:
                lib.llama_adapter_lora_free(adapter.handle)
