"""What can be known about a model file without any native code: is it usable, what is in it, which one is it."""

from __future__ import annotations

from runtime.model_file.adapter import AdapterFacts, check_adapter
from runtime.model_file.check import ModelFacts, check_model, first_scalars, is_addition, makes_vectors
from runtime.model_file.description import Description, TensorShare, describe
from runtime.model_file.fingerprint import fingerprint

__all__ = [
    "AdapterFacts",
    "Description",
    "ModelFacts",
    "TensorShare",
    "check_adapter",
    "check_model",
    "describe",
    "fingerprint",
    "first_scalars",
    "is_addition",
    "makes_vectors",
]
