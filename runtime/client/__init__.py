"""The desk's side of the engine: starts its process, talks to it, and survives its death."""

from __future__ import annotations

from runtime.client.engine_client import EngineClient
from runtime.client.requests import GenerateOptions, GenerationEvent, Restarted

__all__ = ["EngineClient", "GenerateOptions", "GenerationEvent", "Restarted"]
