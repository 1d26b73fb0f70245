"""What a process must not have imported: the desk no llama.cpp, a command no Textual."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("app.launcher", {"pydantic", "asyncio", "httpx2", "huggingface_hub"}),
        ("app.commands.models", {"httpx2", "huggingface_hub", "textual"}),
        ("app.commands.cli", {"llama_cpp", "textual", "icalendar", "babel", "keyring"}),
        ("app.encryption.at_start", {"keyring", "numpy", "pydantic", "sqlcipher3"}),
        ("app.desk", {"llama_cpp", "textual"}),
        ("app.tui.app", {"llama_cpp"}),
        ("runtime.client", {"llama_cpp", "textual"}),
        ("tools.extraction.worker", {"llama_cpp", "textual", "pypdfium2", "docx2python", "pptx"}),
    ],
)
def test_importing_a_module_does_not_import(module, absent):
    program = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not absent & set(done.stdout.split())
