"""The embedding model: a second, small engine that is started when a vector is needed and not before."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.engine_start import engine_client
from app.file_index.instructions import VERSION, instructions_for
from app.locations import Locations
from runtime.errors import BadModelFile
from runtime.model_file import makes_vectors


class Embedder:
    """Texts to unit vectors. `key` names the vectors: equal keys mean equal vectors for equal texts."""

    def __init__(self, model: Path, fingerprint: str, places: Locations) -> None:
        self.model = model
        self.key = f"{fingerprint[:24]}.{VERSION}"
        self._instructions = instructions_for(model.stem)
        self._client = engine_client(places, [model])
        self._loaded = False
        self._starting = asyncio.Lock()

    async def question(self, text: str) -> NDArray[np.float32]:
        """The vector of what somebody looks for. Raises RuntimeProblem when the engine cannot make it."""
        [vector] = await self._vectors([self._instructions.question + text])
        return np.asarray(vector, np.float32)

    async def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A row for each passage, made from its beginning where it is too long. Raises RuntimeProblem."""
        return await self._vectors([self._instructions.passage + text for text in texts])

    async def close(self) -> None:
        await self._client.close()

    async def _vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        async with self._starting:
            if not self._loaded:
                # Vectors are made beside other work: half of the processor leaves the rest to a person.
                await self._client.load_for_vectors(self.model, threads=max(1, (os.cpu_count() or 1) // 2))
                self._loaded = True
        return np.array(await self._client.embed(texts, cut=True), np.float32)


def open_embedder(model: Path, places: Locations, fingerprint_of: Callable[[Path], str]) -> Embedder:
    """The embedder of a model file; the file is checked in full and loaded when the first vector is needed.

    `fingerprint_of` hashes the file, or knows its hash. Raises BadModelFile when the file makes no vectors.
    """
    if not makes_vectors(model):
        raise BadModelFile(f"{model.name} makes no vectors of texts.", hint="Choose an embedding model.")
    return Embedder(model, fingerprint_of(model), places)
