"""What .gitignore and .llamadeskignore files leave out, with git's rules for nested ones."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pathspec

IGNORE_FILES = (".gitignore", ".llamadeskignore")
MAX_IGNORE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """The rules of one ignore file and those of the folders above it; the nearest rule that matches decides."""

    folder: str
    """The folder the rules stand in, relative to the root, "" or ending in "/"."""
    source: str
    spec: pathspec.GitIgnoreSpec
    above: IgnoreRules | None = None

    def ignored_by(self, path: str) -> str:
        """The name of the file that ignores `path` (a folder's path ends in "/"), or ""."""
        rules: IgnoreRules | None = self
        while rules is not None:
            verdict = _verdict(rules.spec, path[len(rules.folder) :])
            if verdict is not None:
                return rules.source if verdict else ""
            rules = rules.above
        return ""


def parse_rules(folder: str, source: str, content: str, above: IgnoreRules | None) -> IgnoreRules | None:
    """The rules of an ignore file's `content` on top of `above`; as in git, a line that is no pattern has no effect."""
    lines = [line for line in content.splitlines() if line.strip() and not line.startswith("#")]
    patterns = [line for line in lines if _is_pattern(line)]
    if not patterns:
        return above
    return IgnoreRules(folder, source, pathspec.GitIgnoreSpec.from_lines(patterns), above)


def _verdict(spec: pathspec.GitIgnoreSpec, path: str) -> bool | None:
    """Whether the last pattern that matches `path` itself ignores it; None when none does.

    pathspec lets a pattern for a folder match all that is below it, too. In git it does not: below an ignored folder
    nothing is looked at, and `!build` gives back the folder, not what other patterns ignore in it.
    """
    verdict: bool | None = None
    for pattern in spec.patterns:
        match = pattern.regex.match(path) if pattern.regex is not None else None
        if match is None or -1 < _folder_mark(match) < len(path) - 1:
            continue
        verdict = pattern.include
    return verdict


def _folder_mark(match: re.Match[str]) -> int:
    """Where the slash stands behind the folder that a pattern names; -1 when it names none."""
    return match.start("ps_d") if "ps_d" in match.re.groupindex else -1


def _is_pattern(line: str) -> bool:
    try:
        pathspec.GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
