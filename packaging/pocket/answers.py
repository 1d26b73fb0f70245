"""Greedy answers of the network in the training framework, for scores to hold beside the engine's.

python packaging/pocket/evaluate.py FOLDER/pocket.gguf --free --save engine.json
python packaging/pocket/answers.py FOLDER/pocket.pt FOLDER/tokenizer.json --engine engine.json
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import torch
from batches import encode
from examples import Conversation, Turn
from model import Pocket, Shape
from scores import Case, cases, is_right, score
from tokenizers import Tokenizer

LONGEST_ANSWER = 256


ROWS = 32


@torch.no_grad()
def answer_all(net: Pocket, tokenizer: Tokenizer, made: Sequence[Case], engine: Sequence[str] = ()) -> list[str]:
    """The greedy answer to each case, in batches of cases of like length.

    Where the `engine`'s answer is known, it is read once, and only where it is not what the network would say, token
    for token, an answer is written.
    """
    answers = (
        [text if _says(net, tokenizer, case, text) else None for case, text in zip(made, engine, strict=True)]
        if engine
        else [None] * len(made)
    )
    order = sorted(
        (number for number, text in enumerate(answers) if text is None),
        key=lambda number: len(_prompt(tokenizer, made[number].conversation)),
    )
    for start in range(0, len(order), ROWS):
        chosen = order[start : start + ROWS]
        for i, text in zip(chosen, _batch(net, tokenizer, [made[i].conversation for i in chosen]), strict=True):
            answers[i] = text
    return [text or "" for text in answers]


def _says(net: Pocket, tokenizer: Tokenizer, case: Case, text: str) -> bool:
    """Whether each token of the text, its end included, is the likeliest after those before it."""
    said = Conversation((*case.conversation.turns, Turn("assistant", text)), case.conversation.tools)
    ids = torch.tensor(encode(tokenizer, said, 0.0)[0])
    places = torch.arange(len(_prompt(tokenizer, case.conversation)) - 1, len(ids) - 1)
    best = net.logits(net(ids[:0], ids[None], places)).argmax(-1)
    return bool((best == ids[places + 1]).all())


def _prompt(tokenizer: Tokenizer, conversation: Conversation) -> list[int]:
    opened = Conversation((*conversation.turns, Turn("assistant", "")), conversation.tools)
    return encode(tokenizer, opened, 0.0)[0][:-1]


def _batch(net: Pocket, tokenizer: Tokenizer, conversations: list[Conversation]) -> list[str]:
    """Rows are padded at their ends; each row's next token is written behind its own last one."""
    end = tokenizer.token_to_id("<|eot_id|>")
    prompts = [_prompt(tokenizer, conversation) for conversation in conversations]
    lengths = torch.tensor([len(prompt) for prompt in prompts])
    ids = torch.zeros(len(prompts), int(lengths.max()) + LONGEST_ANSWER, dtype=torch.long)
    for row, prompt in enumerate(prompts):
        ids[row, : len(prompt)] = torch.tensor(prompt)
    rows, open_rows = torch.arange(len(prompts)), torch.ones(len(prompts), dtype=torch.bool)
    places = lengths.clone()
    for _ in range(LONGEST_ANSWER):
        active = open_rows.nonzero().squeeze(1)
        if not len(active):
            break
        longest = int(places[active].max())
        last = torch.arange(len(active)) * longest + places[active] - 1
        best = net.logits(net(ids[0, :0], ids[active, :longest], last)).argmax(-1)
        ids[active, places[active]] = best
        places[active] += 1
        open_rows[active] = best != end
    return [
        tokenizer.decode([token for token in ids[row, lengths[row] : places[row]].tolist() if token != end])
        for row in rows.tolist()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--wrong", type=int, default=3)
    parser.add_argument("--engine", type=Path, help="the engine's answers to the same cases, as evaluate.py saves them")
    parser.add_argument("--seen", action="store_true", help="cases of the phrasings that training has seen")
    arguments = parser.parse_args()
    saved = torch.load(arguments.checkpoint, map_location="cpu")
    net = Pocket(Shape(**saved["shape"])).eval()
    net.load_state_dict(saved["weights"])
    made = cases(arguments.count, held=not arguments.seen)
    engine = json.loads(arguments.engine.read_text("utf-8")) if arguments.engine else []
    answers = answer_all(net, Tokenizer.from_file(str(arguments.tokenizer)), made, engine)
    shown: dict[str, int] = {}
    for case, answer in zip(made, answers, strict=True):
        if not is_right(case, answer) and shown.get(case.task, 0) < arguments.wrong:
            shown[case.task] = shown.get(case.task, 0) + 1
            print(f"{case.task}: {case.conversation.turns[-1].text[-300:]}\n  want {case.expected}\n  got  {answer}")
    print(json.dumps(score(made, answers), indent=1))


if __name__ == "__main__":
    main()
