"""The chat template of the pocket model, and the same rendering in Python, which training uses for its speed.

System messages are not rendered: the model knows its tasks by their words, and the tools by their names alone, those
of a group behind its name: `calendar create list find_free move cancel inbox recent ...`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from examples import Conversation

SPECIAL_TOKENS = (
    "<|begin_of_text|>",
    "<|end_of_text|>",
    "<|finetune_right_pad_id|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eom_id|>",
    "<|eot_id|>",
    "<|python_tag|>",
)

TEMPLATE = """\
{{- bos_token }}
{%- if tools %}
    {{- '<|start_header_id|>system<|end_header_id|>\\n\\n' }}
    {%- set last = namespace(group='') %}
    {%- for tool in tools %}
        {%- set parts = tool.function.name.split('_', 1) %}
        {{- (' ' if not loop.first else '') + (parts[-1] if parts[0] == last.group else parts | join(' ')) }}
        {%- set last.group = parts[0] %}
    {%- endfor %}
    {{- '<|eot_id|>' }}
{%- endif %}
{%- for message in messages %}
    {%- if message.role != 'system' %}
        {{- '<|start_header_id|>' + ('ipython' if message.role == 'tool' else message.role) + '<|end_header_id|>' }}
        {{- '\\n\\n' }}
        {{- message.content | trim + '<|eot_id|>' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
"""


def pieces(conversation: Conversation) -> list[tuple[str, bool]]:
    """The rendered conversation in pieces: each with whether the assistant says it, its end mark included."""
    turns = [(turn.role, turn.text.strip()) for turn in conversation.turns]
    if conversation.tools:
        turns.insert(0, ("system", " ".join(_grouped(conversation.tools))))
    rendered = [("<|begin_of_text|>", False)]
    for role, text in turns:
        rendered.append((f"<|start_header_id|>{role}<|end_header_id|>\n\n", False))
        rendered.append((f"{text}<|eot_id|>", role == "assistant"))
    return rendered


def _grouped(names: Sequence[str]) -> Iterator[str]:
    last = ""
    for name in names:
        group, _, rest = name.partition("_")
        yield rest if rest and group == last else name.replace("_", " ", 1)
        last = group
