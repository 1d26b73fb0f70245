"""What the assistant keeps in mind for the user."""

from __future__ import annotations

from tools.registry import Done, Outcome, Plan, ToolDesk, WrongCall, tool
from tools.sanitise import sanitise

LONGEST_FACT = 500
"""Characters: every fact goes into each conversation's context."""


@tool(effect="write", sinks=("fact",))
def remember(desk: ToolDesk, fact: str) -> Outcome:
    """Keep a fact about the user for later."""
    kept = " ".join(sanitise(fact).split())
    if not kept or len(kept) > LONGEST_FACT:
        raise WrongCall(f"A fact has 1 to {LONGEST_FACT} characters.", hint="Keep one short sentence.")

    def run() -> Done:
        with desk.db.journal.effect("remember", summary=f"Remember “{kept}”") as effect_id:
            desk.db.facts.add(kept, desk.dates.now().timestamp())
        return Done({"remembered": kept}, effect_id)

    return Plan(f"Remember “{kept}”", {"fact": kept}, {"fact": kept}, run)
