"""Writes the list of what a release of llama-desk is made of: a CycloneDX document, as JSON.

    .uv/bin/uv run python packaging/sbom.py dist/llama-desk.cdx.json

What the program needs to run stands in it, with the versions and hashes of `packaging/requirements.lock`; with it the
version of llama.cpp that llama-cpp-python was built from, the pocket model, and PyInstaller, whose loader starts the
executable. Licences are those that the installed packages name. The same lock and the same time give the same bytes:
the time is SOURCE_DATE_EPOCH (seconds since 1970), or that of the latest commit.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import tomllib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "packaging" / "requirements.lock"
POCKET = ROOT / "runtime" / "pocket" / "llama-desk-pocket.gguf"
BINDING, LOADER = "llama-cpp-python", "pyinstaller"
_PINNED = re.compile(r"^(?P<name>[a-z0-9][a-z0-9.-]*)(?:\[[^]]*\])?==(?P<version>[^ ;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_VIA = re.compile(r"^ +#(?: via)?(?:  )? +([a-z0-9][a-z0-9.-]*)")
_LLAMA = re.compile(r"set\((LLAMA_VERSION|LLAMA_BUILD_COMMIT) +([^ )]+)\)")


@dataclass
class Pin:
    """One package of the lock, with the hashes of all its files and the packages that ask for it."""

    name: str
    version: str
    hashes: list[str]
    wanted_by: list[str]


def read_lock(text: str) -> dict[str, Pin]:
    """The packages of a lock file as `uv pip compile` writes it, by name."""
    pins: dict[str, Pin] = {}
    pin = None
    for line in text.splitlines():
        if found := _PINNED.match(line):
            pin = pins[found["name"]] = Pin(found["name"], found["version"], [], [])
        elif pin is not None:
            pin.hashes += _HASH.findall(line)
            pin.wanted_by += _VIA.findall(line)
    return pins


def needed(pins: dict[str, Pin], roots: Iterable[str]) -> set[str]:
    """The names of `roots` and of all that they need, on whichever system."""
    found, new = set(), set(roots)
    while new:
        found |= new
        new = {pin.name for pin in pins.values() if not found.isdisjoint(pin.wanted_by)} - found
    return found


def make_sbom() -> str:
    """The document. Raises SystemExit with a sentence where something that it is about is not there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pins = read_lock(LOCK.read_text("utf-8"))
    roots = {_normal(re.split(r"[\[<>=!~; ]", one)[0]) for one in project["dependencies"]}
    if missing := roots - pins.keys():
        raise SystemExit(f"{LOCK.name} lacks {', '.join(sorted(missing))}: run packaging/update_lock.sh.")
    names = [*sorted(needed(pins, roots)), LOADER]
    parts = {name: _package(pins[name]) for name in names}
    llama, pocket, program = _llama_cpp(), _pocket_model(project["version"]), _program(project)
    bom = Bom(components=[*parts.values(), llama, pocket])
    bom.metadata.component, bom.metadata.timestamp = program, _time()
    bom.register_dependency(program, [*(parts[name] for name in sorted(roots)), pocket])
    for name in names:
        wants = [parts[other] for other in names if name in pins[other].wanted_by]
        bom.register_dependency(parts[name], [*wants, *([llama] if name == BINDING else [])])
    bom.serial_number = uuid.uuid5(
        uuid.NAMESPACE_OID, f"{program.purl} {hashlib.sha256(LOCK.read_bytes()).hexdigest()}"
    )
    written: str = JsonV1Dot6(bom).output_as_string(indent=2)
    return written + "\n"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _program(project: dict[str, Any]) -> Component:
    purl = PackageURL("generic", name=project["name"], version=project["version"])
    return _component(purl, [project["license"]], kind=ComponentType.APPLICATION)


def _package(pin: Pin) -> Component:
    part = _component(PackageURL("pypi", name=pin.name, version=pin.version), _licences(pin))
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=one) for one in pin.hashes]
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(str(part.purl)),
        comment="its file is one of those with these hashes",
        hashes=hashes,
    )
    part.external_references.add(files)
    return part


def _component(purl: PackageURL, licences: Sequence[str], *, kind: ComponentType = ComponentType.LIBRARY) -> Component:
    return Component(
        name=purl.name,
        version=purl.version,
        type=kind,
        purl=purl,
        bom_ref=str(purl),
        licenses=[_licence(one) for one in licences],
    )


def _licence(words: str) -> License:
    return LicenseFactory().make_from_string(words)


def _licences(pin: Pin) -> list[str]:
    """What the installed package says of itself; nothing for one of another system, or of another version."""
    try:
        said = metadata.metadata(pin.name)
    except metadata.PackageNotFoundError:
        return []
    if said["Version"] != pin.version:
        return []
    one = said.get("License-Expression") or said.get("License")
    if one and "\n" not in one and len(one) <= 100:  # some put the whole text there
        return [one]
    classes = [name.split(" :: ") for name in said.get_all("Classifier", [])]
    return [name[-1] for name in classes if name[0] == "License" and len(name) > 2][:1]


def _llama_cpp() -> Component:
    """What llama-cpp-python has of llama.cpp, by what its build wrote down."""
    try:
        installed = metadata.distribution(BINDING)
        [config] = [one for one in installed.files or [] if one.name == "llama-config.cmake"]
        built = dict(_LLAMA.findall(config.read_text("utf-8")))
        version = f"{built['LLAMA_VERSION']}+{built['LLAMA_BUILD_COMMIT']}"
    except (metadata.PackageNotFoundError, ValueError, KeyError, OSError) as error:
        raise SystemExit(
            f"{BINDING} as built for the release is not installed here, so llama.cpp is not known."
        ) from error
    return _component(PackageURL("github", "ggml-org", "llama.cpp", version), ["MIT"])


def _pocket_model(version: str) -> Component:
    return Component(
        name=POCKET.name,
        version=version,
        type=ComponentType.MACHINE_LEARNING_MODEL,
        bom_ref=POCKET.name,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=hashlib.sha256(POCKET.read_bytes()).hexdigest())],
        licenses=[_licence("Apache-2.0")],
    )


def _time() -> datetime:
    said = os.environ.get("SOURCE_DATE_EPOCH")
    if not said:
        command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    if not said.strip().isdigit():
        raise SystemExit("The time of the release is not known: set SOURCE_DATE_EPOCH to it, in seconds since 1970.")
    return datetime.fromtimestamp(int(said), UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    target: Path = parser.parse_args().file
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(make_sbom(), "utf-8")


if __name__ == "__main__":
    main()
