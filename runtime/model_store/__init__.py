"""The model files that are on this machine, whoever put them there, and whether they are what they claim to be."""

from __future__ import annotations

from runtime.model_places import Place, Program, places_of
from runtime.model_store.finding import find_models
from runtime.model_store.found import Found, FoundModel, Skipped
from runtime.model_store.hash_record import HashRecord
from runtime.model_store.role import role_by_header, role_of
from runtime.model_store.verified import Expected, check_hash, entry_at, expected_hash

__all__ = [
    "Expected",
    "Found",
    "FoundModel",
    "HashRecord",
    "Place",
    "Program",
    "Skipped",
    "check_hash",
    "entry_at",
    "expected_hash",
    "find_models",
    "places_of",
    "role_by_header",
    "role_of",
]
