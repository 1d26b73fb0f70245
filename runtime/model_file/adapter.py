"""Says whether a file is a LoRA adapter that fits a model, before any native code opens it.

Source: `llama_adapter_lora_init_impl` in llama-adapter.cpp of llama.cpp, which aborts on an entry of an unexpected
type, and `build_lora_mm` in llama-graph.cpp, where shapes that were not checked there abort while the model computes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from runtime.errors import BadModelFile
from runtime.model_file.check import one_line, open_regular, text_of, unreadable
from runtime.model_file.flaws import Flaw, damaged
from runtime.model_file.header import Header, read_header
from runtime.model_file.tensor_types import Tensor

_KINDS = frozenset({0, 1, 8, 30})  # F32, F16, Q8_0, BF16: those that converters write
_STRENGTH = "adapter.lora.alpha"
_EMBEDDING = "token_embd.weight"
_OTHER_BASE = "Use it with the model that it was made for."

type _Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AdapterFacts:
    """What an adapter file says of itself."""

    name: str
    """Its own name for itself, printable and on one line; the file's name where it has none."""
    architecture: str
    """Of the models that it changes."""
    size: int
    """Bytes of the file."""


def check_adapter(path: Path, model: Path) -> AdapterFacts:
    """What the adapter at `path` holds, which fits the model file `model`. Reads the headers of both only.

    Raises BadModelFile for anything that is not a whole LoRA adapter for a model of just these shapes.
    """
    try:
        base, _ = _header(model)
        header, size = _header(path)
        _check_entries(header, text_of(base.scalars.get("general.architecture")))
        _check_shapes(_pairs(header.tensors), {tensor.name: _whole(tensor) for tensor in base.tensors})
    except Flaw as flaw:
        raise BadModelFile(f"{one_line(path.name)} {flaw.clause}.", hint=flaw.hint) from flaw
    except OSError as error:
        raise unreadable(path, error, "adapter") from error
    name = text_of(header.scalars.get("general.name")) or path.stem
    return AdapterFacts(name, text_of(header.scalars.get("general.architecture")), size)


def _header(path: Path) -> tuple[Header, int]:
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        return read_header(file, size), size


def _check_entries(header: Header, architecture: str) -> None:
    scalars = header.scalars
    if scalars.get("general.type", b"model") != b"adapter":
        raise Flaw("is not an adapter but a model of its own", "Name it as the model, or name another adapter.")
    if scalars.get("adapter.type") != b"lora":
        raise _unusable("is an adapter of another kind than LoRA")
    if scalars.get("general.architecture") != architecture.encode():
        made_for = text_of(scalars.get("general.architecture")) or "an unknown one"
        raise Flaw(f"was made for another architecture ({made_for}, and this model is {architecture})", _OTHER_BASE)
    alpha = scalars.get(_STRENGTH, 0.0)
    if not isinstance(alpha, float) or not isfinite(alpha) or _STRENGTH in {*header.doubles, *header.arrays}:
        raise damaged("its strength is no number")
    if any(key.startswith("adapter.alora.") for key in (*scalars, *header.arrays)):
        raise _unusable("is an adapter that certain words switch on, which llama-desk does not do")


def _pairs(tensors: Iterable[Tensor]) -> dict[str, tuple[_Shape, _Shape]]:
    """The shapes of the two factors for each tensor of the model that is changed."""
    halves: dict[str, dict[str, _Shape]] = {}
    for tensor in tensors:
        name, _, half = tensor.name.rpartition(".")
        if half in ("lora_a", "lora_b"):
            if tensor.kind not in _KINDS:
                raise _unusable("has weights of a kind that adapters do not have")
            halves.setdefault(name, {})[half] = _whole(tensor)
        elif not tensor.name.endswith("_norm.weight"):  # which llama.cpp leaves out
            raise _unusable(f"changes the model in a way that llama.cpp does not know ({one_line(tensor.name)})")
    if not halves:
        raise damaged("it changes nothing")
    incomplete = next((name for name, pair in halves.items() if len(pair) < 2), None)
    if incomplete is not None:
        raise damaged(f"one half of its change of {incomplete} is missing")
    return {name: (pair["lora_a"], pair["lora_b"]) for name, pair in halves.items()}


def _check_shapes(pairs: Mapping[str, tuple[_Shape, _Shape]], model: Mapping[str, _Shape]) -> None:
    for name, (a, b) in pairs.items():
        weight = model.get(name)
        if weight is None:
            raise Flaw(f"changes weights that this model does not have ({one_line(name)})", _OTHER_BASE)
        if name == _EMBEDDING:
            if "output.weight" not in model:
                raise _unusable("changes the vocabulary of a model that has it only once, which llama.cpp cannot do")
            fits = len(weight) == len(a) == len(b) == 2 and (b[1], a[1], a[0]) == (*weight, b[0])
        else:
            fits = len(weight) == len(a) == len(b) >= 2 and a[1] == b[0]
            fits = fits and (a[0], b[1], a[2:], b[2:]) == (weight[0], weight[1], weight[2:], weight[2:])
        if not fits:
            raise Flaw(f"was made for a model of another size ({one_line(name)})", _OTHER_BASE)


def _unusable(clause: str) -> Flaw:
    return Flaw(clause, "Name another adapter, or leave it out.")


def _whole(tensor: Tensor) -> _Shape:
    """The shape without the dimensions of length one at its end, but with two at least."""
    shape = list(tensor.shape)
    while len(shape) > 2 and shape[-1] == 1:
        shape.pop()
    return (*shape, *[1] * (2 - len(shape)))
