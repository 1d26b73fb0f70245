"""The manifest of known model files."""

from __future__ import annotations

from runtime.manifest import load_manifest


def test_every_entry_is_whole_and_named_once():
    entries = load_manifest()
    assert entries
    assert len({entry.id for entry in entries}) == len(entries)
    assert all(entry.licence and entry.good_at for entry in entries)
