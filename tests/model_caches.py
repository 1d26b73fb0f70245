"""Makes the folders of other programs as those programs lay them out, around model files that a test gives."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass(frozen=True)
class Caches:
    """The folders in which the program under test looks for models of others; none of them is made."""

    hub: Path
    ollama: Path
    lmstudio: Path


def only_caches_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Caches:
    """Let the program find no models of others but those below `folder`."""
    home = folder / "home"
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home))
    for name in ("HF_HOME", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    caches = Caches(folder / "hub", folder / "ollama", home / ".lmstudio" / "models")
    monkeypatch.setenv("HF_HUB_CACHE", str(caches.hub))
    monkeypatch.setenv("OLLAMA_MODELS", str(caches.ollama))
    return caches


def put_in_huggingface(
    hub: Path, repository: str, file: str, data: bytes, *, commit: str = COMMIT, links: bool = True, main: bool = True
) -> Path:
    """A file in the hub's cache: a blob named for its hash, and a link to it in the snapshot. Returns the blob.

    Without `links`, as on a Windows that may make none, the snapshot holds the file.
    """
    folder = hub / f"models--{repository.replace('/', '--')}"
    snapshot = folder / "snapshots" / commit / file
    snapshot.parent.mkdir(parents=True, exist_ok=True)
    if main:
        (folder / "refs").mkdir(exist_ok=True)
        (folder / "refs" / "main").write_text(commit)
    if not links:
        snapshot.write_bytes(data)
        return snapshot
    blob = folder / "blobs" / hashlib.sha256(data).hexdigest()
    blob.parent.mkdir(exist_ok=True)
    blob.write_bytes(data)
    up = "../" * (2 + file.count("/"))
    snapshot.symlink_to(f"{up}blobs/{blob.name}")
    return blob


def put_in_ollama(models: Path, name: str, data: bytes, *, host: str = "registry.ollama.ai") -> Path:
    """A model in Ollama's folder: layers as blobs and the manifest that lists them. Returns the model's blob.

    `name` is NAMESPACE/MODEL:TAG.
    """
    config, licence = b'{"model_format":"gguf"}', b"a licence"
    layers = [
        _ollama_layer(models, "application/vnd.ollama.image.model", data),
        _ollama_layer(models, "application/vnd.ollama.image.license", licence),
    ]
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": _ollama_layer(models, "application/vnd.docker.container.image.v1+json", config),
        "layers": layers,
    }
    path = ollama_manifest(models, name, host=host)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(manifest))
    return models / "blobs" / str(layers[0]["digest"]).replace(":", "-")


def ollama_manifest(models: Path, name: str, *, host: str = "registry.ollama.ai") -> Path:
    model, tag = name.split(":")
    return models / "manifests" / host / model / tag


def put_in_folder(folder: Path, name: str, data: bytes) -> Path:
    """A plain file, as LM Studio (publisher/repository/file) and GPT4All (file) keep it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def _ollama_layer(models: Path, kind: str, data: bytes) -> dict[str, object]:
    digest = hashlib.sha256(data).hexdigest()
    blob = models / "blobs" / f"sha256-{digest}"
    blob.parent.mkdir(parents=True, exist_ok=True)
    blob.write_bytes(data)
    return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(data)}
