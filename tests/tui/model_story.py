"""A desk with a model in use, one of another program, two to be had and one that does not run."""

from __future__ import annotations

from typing import Any

from app.desk_api import ModelRow
from app.download_terms import DownloadTerms
from app.model_list import ListedModel
from runtime.fetch.events import Progress
from tests.tui.fake_desk import FakeDesk, Pause

RESTRICTION = (
    "Meta's acceptable use policy applies; a service with over 700 million users a month needs its own licence."
)
HALF = Progress(state="fetching", done=404_000_000, total=808_000_000, bytes_per_second=12e6, seconds_left=34)


def model(model_id: str, **changes: Any) -> ListedModel:
    facts: dict[str, Any] = {
        "id": model_id,
        "name": model_id.capitalize(),
        "role": "chat",
        "installed": False,
        "fits": True,
        "why": "needs 1.3 GB of memory; 9.1 GB are free",
        "size": 808_000_000,
        "memory": {"4k": 1_100_000_000, "32k": 2_000_000_000},
        "licence": "Llama 3.2 Community License",
        "restriction": RESTRICTION,
        "good_at": "Short summaries on any laptop.",
    }
    return ListedModel.model_validate(facts | changes)


def terms(*, hash_known: bool) -> DownloadTerms:
    facts = [
        ("Model", "Llama: Short summaries on any laptop."),
        ("Size", "about 808 MB"),
        ("Licence", "Llama 3.2 Community License"),
        ("Note", RESTRICTION),
        ("From", "huggingface.co, org/Llama-GGUF"),
        ("To", "/home/ana/models/llama.gguf"),
        ("Free there", "20.0 GB"),
    ]
    unknown = [] if hash_known else [("Hash", "not known: what arrives is taken as it is")]
    return DownloadTerms((*facts, *unknown), hash_known)


def models_desk(*steps: Any) -> FakeDesk:
    """The cursor begins on the model in use; without `steps` a download waits half way."""
    no_use = "does not run here: it reads pictures through layers that are not there. Take large instead"
    rows = (
        ModelRow(model("pocket", installed=True, program="llama-desk", path="/app/p.gguf"), "pocket", in_use=True),
        ModelRow(model("large"), "large", in_use=False, terms=terms(hash_known=False)),
        ModelRow(model("small"), "small", in_use=False, terms=terms(hash_known=True)),
        ModelRow(model("seeing", fits=False, runs=False, why=no_use), "seeing", in_use=False),
        ModelRow(model("found", installed=True, program="ollama", path="/o/b", restriction=""), "good", in_use=False),
    )
    return FakeDesk(rows=rows, steps=steps or (HALF, Pause()))
