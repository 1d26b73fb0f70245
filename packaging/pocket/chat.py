"""The chat template of the pocket model, and the same rendering in Python, which training uses for its speed.

System messages are not rendered: the model knows its tasks by their words, and the tools by their names alone.
"""

from __future__ import annotations

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
    {%- for tool in tools %}
        {{- (' ' if not loop.first else '') + (tool.function.name if tool.function else tool.name) }}
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
        turns.insert(0, ("system", " ".join(conversation.tools)))
    rendered = [("<|begin_of_text|>", False)]
    for role, text in turns:
        rendered.append((f"<|start_header_id|>{role}<|end_header_id|>\n\n", False))
        rendered.append((f"{text}<|eot_id|>", role == "assistant"))
    return rendered
