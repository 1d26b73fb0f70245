"""Make the pocket model again: vocabulary, training, GGUF file. Evaluation and its card follow in `evaluate.py`.

python packaging/pocket/make.py build/pocket            # under three hours on two quiet cores
"""

from __future__ import annotations

import argparse
from pathlib import Path

from examples import Examples
from export import export
from tokenizer import save, train_tokenizer
from train import train

VOCABULARY, SPACED = 4096, 900
CORPUS = 60_000
SEED = 11


def make_vocabulary(out: Path) -> None:
    """Train the vocabulary on the words of `CORPUS` conversations."""
    examples = Examples(SEED)
    texts = [turn.text for _ in range(CORPUS) for turn in examples.draw().turns]
    save(train_tokenizer(texts, VOCABULARY, SPACED), out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the vocabulary, the checkpoint and the GGUF file are written")
    parser.add_argument("--tokens", type=float, default=140e6, help="how many tokens to train on")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    tokenizer, checkpoint = arguments.folder / "tokenizer.json", arguments.folder / "pocket.pt"
    if not tokenizer.exists():
        make_vocabulary(tokenizer)
    train(tokenizer, checkpoint, tokens=arguments.tokens)
    export(checkpoint, tokenizer, arguments.folder / "pocket.gguf")


if __name__ == "__main__":
    main()
