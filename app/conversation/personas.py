"""Personas: how the user wants to be answered, behind what the model is always told."""

from __future__ import annotations

from app.errors import DeskError

_BEFORE = "The user wishes to be answered as follows, as far as all of the above allows:"


def system_prompt(fixed: str, instructions: str) -> str:
    """`fixed` with the persona's `instructions` behind it, which can add to it and take nothing away.

    The fixed text stands first, the same bytes for every persona, so that its key-value cache is shared.
    """
    return f"{fixed}\n\n{_BEFORE}\n{instructions.strip()}" if instructions.strip() else fixed


def instructions_of(name: str, personas: dict[str, str]) -> str:
    """The text of the persona `name`; empty for no name.

    Raises DeskError for a persona that the settings do not have.
    """
    if not name:
        return ""
    if name not in personas:
        known = f"There are {', '.join(sorted(personas))}." if personas else "There are none yet."
        raise DeskError(
            f"There is no persona “{name}”.",
            title="Persona not known",
            hint=f'{known} Write it under [personas] in settings.toml: {name} = "how to answer".',
        )
    return personas[name]
