"""Write what package managers want for a release, from the version number and the hashes of the built files.

    python3 packaging/package_managers.py dist --homepage https://github.com/NAME/llama-desk

`dist` has the files and SHA256SUMS. The Homebrew formula, the winget manifests and the AppStream metadata come into
`dist/manager-files`. The version is that of `app/__init__.py`; the date is that of the commit.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from build_binary import git, version

HERE = Path(__file__).resolve().parent
TEMPLATES = (
    *("managers/llama-desk.rb", "managers/llama-desk.llama-desk.yaml", "managers/llama-desk.llama-desk.installer.yaml"),
    *("managers/llama-desk.llama-desk.locale.en-US.yaml", "linux/io.github.llama_desk.LlamaDesk.metainfo.xml"),
)
_HOLE = re.compile(r"@([A-Z0-9]+)(?::([^@\n]+))?@")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="with the built files and SHA256SUMS")
    parser.add_argument("--homepage", required=True, help="of the project, whose releases have the files")
    asked = parser.parse_args()
    hashes = read_sums((asked.folder / "SHA256SUMS").read_text("utf-8"))
    out = asked.folder / "manager-files"
    out.mkdir(exist_ok=True)
    date = git("show", "-s", "--format=%cs", "HEAD") or sys.exit("The date is that of the commit, and there is none.")
    for template in TEMPLATES:
        text = fill((HERE / template).read_text("utf-8"), version(), asked.homepage, date, hashes)
        (out / Path(template).name).write_text(text, "utf-8", newline="\n")


def read_sums(text: str) -> dict[str, str]:
    """The hashes of a SHA256SUMS file, by the files' names."""
    rows = (line.split(maxsplit=1) for line in text.splitlines() if line.strip())
    return {name.lstrip("*"): digest for digest, name in rows}


def fill(text: str, number: str, homepage: str, date: str, hashes: dict[str, str]) -> str:
    """The template with its holes filled. Ends the program when a built file is missing or a hole is not known."""
    known = {
        "VERSION": number,
        "HOMEPAGE": homepage,
        "DATE": date,
        "DOWNLOADS": f"{homepage}/releases/download/v{number}",
    }

    def filled(hole: re.Match[str]) -> str:
        name, system = hole.groups()
        if name == "SHA256":
            file = f"llama-desk-{number}-{system}"
            return hashes.get(file) or sys.exit(f"SHA256SUMS has no {file}.")
        return known.get(name) or sys.exit(f"Nothing is known for {hole[0]}.")

    return _HOLE.sub(filled, text)


if __name__ == "__main__":
    main()
