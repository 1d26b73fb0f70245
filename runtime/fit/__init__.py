"""How a model fits a machine: the memory it takes by its file's header, and the plan by which it is loaded."""

from __future__ import annotations

from runtime.fit.devices import Device, DeviceKind, main_memory
from runtime.fit.footprint import Footprint, KvType, footprint_of
from runtime.fit.plan import DEFAULT_N_CTX, SMALLEST_N_CTX, Candidate, Plan, Refusal, Wanted, plan, possible_plans

__all__ = [
    "DEFAULT_N_CTX",
    "SMALLEST_N_CTX",
    "Candidate",
    "Device",
    "DeviceKind",
    "Footprint",
    "KvType",
    "Plan",
    "Refusal",
    "Wanted",
    "footprint_of",
    "main_memory",
    "plan",
    "possible_plans",
]
