"""A tool: a typed function whose signature and docstring are all that a model, a grammar and a person are told."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Concatenate, Literal

from pydantic import BaseModel, ConfigDict, PydanticUserError, ValidationError, create_model

from tools.registry.outcomes import Outcome, WrongCall
from tools.registry.tool_desk import ToolDesk

type Effect = Literal["read", "write"]


class Call(BaseModel):
    """The arguments of one call of a tool."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    tool: ClassVar[str]
    effect: ClassVar[Effect]

    def arguments(self) -> dict[str, Any]:
        """The arguments that were given, in their order."""
        return self.model_dump(exclude_none=True)


@dataclass(frozen=True, slots=True)
class Tool:
    """What can be called. `sinks` are the arguments that decide where a write goes or whom it concerns."""

    name: str
    description: str
    effect: Effect
    sinks: frozenset[str]
    call: type[Call]
    _function: Callable[..., Outcome]

    def schema(self) -> dict[str, Any]:
        """The JSON schema of the arguments; an optional one is just not required."""
        made = self.call.model_json_schema()
        properties = {name: _plain(described) for name, described in made.get("properties", {}).items()}
        required = {"required": made["required"]} if "required" in made else {}
        definitions = {"$defs": made["$defs"]} if "$defs" in made else {}
        return {"type": "object", "properties": properties, **required, "additionalProperties": False, **definitions}

    def parse(self, arguments: Mapping[str, Any]) -> Call:
        """The arguments, checked. Raises WrongCall, which names what is wrong with the first that is."""
        try:
            return self.call.model_validate(dict(arguments), strict=True)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"]))
            raise WrongCall(
                f"{self.name}: {place}: {first['msg']}.", hint=f"Arguments: {self._signature()}."
            ) from error

    def run(self, desk: ToolDesk, call: Call) -> Outcome:
        """Carry out a read, or prepare a write. Raises Unsettled to let the user choose, ToolProblem when it fails."""
        return self._function(desk, **{name: getattr(call, name) for name in type(call).model_fields})

    def _signature(self) -> str:
        return ", ".join(
            name if field.is_required() else f"{name} (optional)" for name, field in self.call.model_fields.items()
        )


def tool[**P](
    *, effect: Effect = "read", sinks: Sequence[str] = ()
) -> Callable[[Callable[Concatenate[ToolDesk, P], Outcome]], Tool]:
    """Make a function a tool of its name. Its first parameter is the desk; the others are what a call may say.

    A write gives back a `Plan`, which is carried out only when the user agrees. Raises TypeError for a function without
    a docstring, or with a parameter that JSON has no words for.
    """

    def make(function: Callable[Concatenate[ToolDesk, P], Outcome]) -> Tool:
        # `inspect` knows the parameters of any callable; its name is a function's.
        name: str = getattr(function, "__name__", "")
        description = (inspect.getdoc(function) or "").partition("\n\n")[0].replace("\n", " ")
        if not description:
            raise TypeError(f"the tool {name} has no docstring")
        _, *parameters = inspect.signature(function, eval_str=True).parameters.values()
        fields: dict[str, Any] = {
            one.name: (one.annotation, ... if one.default is one.empty else one.default) for one in parameters
        }
        if unknown := set(sinks) - set(fields):
            raise TypeError(f"the tool {name} has no parameter {min(unknown)}")
        try:
            call = create_model(name, __base__=Call, __doc__=description, **fields)
            call.model_json_schema()
        except PydanticUserError as error:
            raise TypeError(f"the tool {name}: {error.message}") from error
        call.tool, call.effect = name, effect
        return Tool(name, description, effect, frozenset(sinks), call, function)

    return make


def _plain(described: dict[str, Any]) -> dict[str, Any]:
    """A property without the null that stands for its absence, and without titles and defaults."""
    kinds = [kind for kind in described.get("anyOf", [described]) if kind.get("type") != "null"]
    said = {"description": described["description"]} if "description" in described else {}
    kept = {"anyOf": kinds} if len(kinds) > 1 else kinds[0]
    return {name: value for name, value in kept.items() if name not in {"title", "default", "description"}} | said
