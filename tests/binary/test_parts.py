"""Which parts of a built file are missing from its folder, and a file that is packed without one."""

from __future__ import annotations

from pathlib import Path

import pytest
from binary.archive import pack
from binary.parts import PARTS, missing

FILES = """
runtime/pocket/llama-desk-pocket.gguf llama_cpp/lib/libllama.so llama_cpp/lib/libggml-cpu-zen4.so
app/models_manifest.toml app/build.json app/conversation/grants.toml sqlcipher3/_sqlite3.cpython-312-x86_64-linux-gnu.so
pypdfium2_raw/pdfium.dll lxml/etree.cpython-312-x86_64-linux-gnu.so selectolax/lexbor.cpython-312-x86_64-linux-gnu.so
python_calamine/_python_calamine.cp312-win_amd64.pyd cchardet/_cchardet.cpython-312-darwin.so
py3langid/data/model.npz.xz tools/date_language/languages/en.toml
babel/locale-data/de.dat tzdata/zoneinfo/Europe/Zurich certifi/cacert.pem
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "llama-desk").write_text("the program")
    for name in FILES.split():
        (file := tmp_path / "_internal" / name).parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return tmp_path


def test_a_whole_folder_misses_nothing(folder: Path):
    assert missing(folder) == []


@pytest.mark.parametrize("part", PARTS, ids=[part.name for part in PARTS])
def test_a_part_that_was_left_out_is_named(folder: Path, part):
    packing = pack(folder, "llama-desk")
    left = {one.path for one in packing.without(part.files).files}
    for one in packing.files:
        if one.path not in left:
            (folder / one.path).unlink()
    assert len(left) == len(packing.files) - 1
    assert missing(folder) == [part.name]
