"""What can go wrong with a download: what is final, and what another try may mend."""

from __future__ import annotations

from runtime.errors import RuntimeProblem
from runtime.manifest import ManifestEntry


class FetchProblem(RuntimeProblem):
    """A download that ended without the file."""

    title = "Not downloaded"


class Interrupted(Exception):
    """A fault that another try may mend; `problem` is what the user reads when no try does."""

    def __init__(self, problem: FetchProblem, *, wait: float | None = None) -> None:
        """`wait`: the seconds that the server asked for, if it did."""
        super().__init__(problem.message)
        self.problem = problem
        self.wait = wait


def refused_by_hub(entry: ManifestEntry, status: int, host: str) -> FetchProblem:
    """401 or 403: the repository is gated, or it is gone, which the hub tells nobody who is not signed in."""
    if entry.gated:
        message = f"{entry.repository} is open only to those who accepted its terms ({host} answered {status})."
        way = "Accept them on its page and set HF_TOKEN to a token of yours"
        return FetchProblem(message, hint=f"{way}, or {_alternative(entry)}." if entry.instead else f"{way}.")
    hint = f"Try again later, or {_alternative(entry)}." if entry.instead else "Try again later, or pull another model."
    return FetchProblem(f"{host} does not give out {entry.file} (it answered {status}).", hint=hint)


def not_found(entry: ManifestEntry, host: str) -> FetchProblem:
    hint = (
        f"A newer llama-desk may know its new place; or {_alternative(entry)}."
        if entry.instead
        else ("A newer llama-desk may know its new place.")
    )
    return FetchProblem(f"{host} no longer has {entry.file} (404).", hint=hint)


def other_bytes(entry: ManifestEntry, host: str) -> FetchProblem:
    return FetchProblem(
        f"What {host} sent is not {entry.name}: its SHA-256 is another, so it was removed.",
        hint="Try again, or from another mirror.",
    )


def other_length(entry: ManifestEntry, host: str, named: int, expected: int) -> FetchProblem:
    return FetchProblem(
        f"{host} names {named:,} bytes for {entry.file} where {expected:,} are right; it is another file.",
        hint="Try again later, or from another mirror.",
    )


def disk_full(needed: int, free: int, folder: object) -> FetchProblem:
    return FetchProblem(
        f"There is no room for it in {folder}: {_amount(needed)} are needed and {_amount(free)} are free.",
        hint="Make room and pull again; what is here already is kept.",
    )


def _amount(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def _alternative(entry: ManifestEntry) -> str:
    return f"take {entry.instead}, which needs no account"
