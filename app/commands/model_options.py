"""The options of the commands that let a model write."""

from __future__ import annotations

import click

model_option = click.option(
    "--model", metavar="ID|FILE", help="The model to use: a GGUF file, or an ID of `models list`."
)
adapter_option = click.option(
    "--adapter",
    "adapters",
    metavar="FILE",
    multiple=True,
    help="A LoRA adapter (GGUF) that changes the model, in place of those in settings.toml; may be repeated.",
)
