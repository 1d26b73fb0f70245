"""Greedy answers of the network in the training framework, for scores to hold beside the engine's."""

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


@torch.no_grad()
def answer_all(net: Pocket, tokenizer: Tokenizer, made: Sequence[Case], rows: int = 32) -> list[str]:
    """The greedy answer to each case, in batches of cases of like length."""
    order = sorted(range(len(made)), key=lambda i: len(_prompt(tokenizer, made[i].conversation)))
    answers = [""] * len(made)
    for start in range(0, len(order), rows):
        chosen = order[start : start + rows]
        for i, text in zip(chosen, _batch(net, tokenizer, [made[i].conversation for i in chosen]), strict=True):
            answers[i] = text
    return answers


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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--wrong", type=int, default=3)
    parser.add_argument("--seen", action="store_true", help="cases of the phrasings that training has seen")
    arguments = parser.parse_args()
    saved = torch.load(arguments.checkpoint, map_location="cpu")
    net = Pocket(Shape(**saved["shape"])).eval()
    net.load_state_dict(saved["weights"])
    made = cases(arguments.count, held=not arguments.seen)
    answers = answer_all(net, Tokenizer.from_file(str(arguments.tokenizer)), made)
    shown: dict[str, int] = {}
    for case, answer in zip(made, answers, strict=True):
        if not is_right(case, answer) and shown.get(case.task, 0) < arguments.wrong:
            shown[case.task] = shown.get(case.task, 0) + 1
            print(f"{case.task}: {case.conversation.turns[-1].text[-300:]}\n  want {case.expected}\n  got  {answer}")
    print(json.dumps(score(made, answers), indent=1))


if __name__ == "__main__":
    main()
