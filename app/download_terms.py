"""What a person should know of a model before its download, and whether it would be of use here."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass

from app.errors import DeskError
from app.locations import Locations
from app.wording import file_size
from runtime.fetch.hosts import host_of, hub_at
from runtime.fetch.part_file import ENDING
from runtime.manifest import ManifestEntry
from runtime.model_store import HashRecord

TITLE = "Not downloaded"


@dataclass(frozen=True, slots=True)
class DownloadTerms:
    """The facts that stand before the question, each with its name; foreign text in them is not sanitised."""

    facts: tuple[tuple[str, str], ...]
    hash_known: bool
    """Whether what arrives can be checked. If not, it takes a yes of its own."""

    @property
    def question(self) -> str:
        return "Download it?" if self.hash_known else "Download it, though it cannot be checked?"


def check_usable(entry: ManifestEntry) -> None:
    """Raises DeskError for a model that would be of no use here, with the one to take instead."""
    instead = f"Take {entry.instead} instead." if entry.instead else ""
    if not entry.runs:
        raise DeskError(f"{entry.name} does not run here: {entry.why_not}", title=TITLE, hint=instead)
    if entry.gated and not os.environ.get("HF_TOKEN"):
        raise DeskError(
            f"{entry.repository} is open only to those who accepted its terms on Hugging Face.",
            title=TITLE,
            hint=f"Accept them there and set HF_TOKEN to a token of yours. {instead}".strip(),
        )


def known_hash(entry: ManifestEntry, places: Locations) -> str | None:
    """The SHA-256 that its file must have. Raises BadModelFile when the record of first sights cannot be read."""
    return entry.sha256 or HashRecord(places.models).get(entry.id)


def terms_of(entry: ManifestEntry, places: Locations) -> DownloadTerms:
    """What a download costs and asks. Raises BadModelFile as `known_hash` does, FetchProblem for a bad HF_ENDPOINT."""
    part = places.models / f"{entry.local_name}{ENDING}"
    here = part.stat().st_size if part.exists() else 0
    size = _size(entry)
    known = known_hash(entry, places) is not None
    facts = [
        ("Model", f"{entry.name}: {entry.good_at}"),
        ("Size", f"{size}, {file_size(here)} of it here already" if here else size),
        ("Licence", entry.licence),
        ("Note", entry.restriction),
        ("From", f"{host_of(hub_at(os.environ.get('HF_ENDPOINT')).endpoint)}, {entry.repository}"),
        ("To", str(places.models / entry.local_name)),
        ("Free there", file_size(shutil.disk_usage(places.models).free)),
    ]
    if (places.models / entry.local_name).exists():
        facts.append(("Replaces", "a file of that name whose bytes are not the listed ones"))
    if not known:
        facts.append(("Hash", "not known: what arrives is taken as it is, and checked by its hash from then on"))
    return DownloadTerms(tuple((name, words) for name, words in facts if words), known)


def _size(entry: ManifestEntry) -> str:
    if entry.size:
        return file_size(entry.size)
    return f"about {file_size(entry.about_size)}" if entry.about_size else "not known before it is asked for"
