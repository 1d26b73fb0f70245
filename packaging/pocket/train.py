"""Train the network on so many tokens of conversations: Muon for its matrices, AdamW for the rest.

Muon: Jordan et al., https://kellerjordan.github.io/posts/muon/
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from batches import Batch, Producer
from hardest import Hardest
from model import Pocket, Shape
from torch import Tensor
from torch.nn import functional

MUON_RATE, ADAM_RATE = 0.015, 4e-3
WARM_UP = 100
HELD_RATE = 0.4
"""The part of the training at the full rate; over the rest it falls to the floor."""
FLOOR = 0.01
GOING_ON = 0.7
"""The part of the rates at which trained weights are trained further."""
SAVE_SECONDS = 300
SELECTING_FROM = 0.2
"""The part of the training after which only conversations with much to learn are learned from."""
COPYING_POOLS = 3
"""Those of a process in which most conversations are copies."""
SEED = 1

PLACES = 256
"""The places that are learned from are padded to a multiple of this: each new shape costs a new kernel."""
IGNORED = -100

Hidden = Callable[[Tensor, Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Supply:
    """How many processes make the conversations, and the tokens of a batch. A GPU wants more of both.

    `hard_tokens` are those of a batch that was gathered out of batches.
    """

    processes: int
    batch_tokens: int

    @property
    def hard_tokens(self) -> int:
        return self.batch_tokens // 2


CPU_SUPPLY = Supply(1, 8192)


def losses_of(net: Pocket, hidden_states: Hidden, batch: Batch, device: str) -> tuple[Tensor, Tensor]:
    """Cross-entropies of the tokens that the assistant says, 0 for padding, and the row of each but the padding.

    `hidden_states` is the network, compiled or not.
    """
    opening, ids = (torch.from_numpy(one.astype("int64")).to(device) for one in (batch.opening, batch.ids))
    rows, places = torch.from_numpy(batch.weights)[:, 1:].nonzero(as_tuple=True)
    places = (rows * ids.shape[1] + places).to(device)
    targets = ids.flatten()[places + 1]
    padding = (0, -len(places) % PLACES)
    with torch.autocast(device, dtype=torch.bfloat16):
        logits = net.logits(hidden_states(opening, ids, functional.pad(places, padding)))
    losses = functional.cross_entropy(logits.float(), functional.pad(targets, padding, value=IGNORED), reduction="none")
    return losses, rows


@torch.no_grad()
def row_losses(net: Pocket, hidden_states: Hidden, batch: Batch, device: str) -> np.ndarray:
    """The sum of the losses of each row, (rows)."""
    losses, rows = losses_of(net, hidden_states, batch, device)
    return torch.zeros(len(batch.ids)).index_add(0, rows, losses[: len(rows)].cpu()).numpy()


@dataclass
class Progress:
    """How far a training is, by the tokens read or by the clock."""

    tokens: float
    minutes: float | None
    seen: int = 0
    begun: float = field(default_factory=time.monotonic)

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.begun

    @property
    def done(self) -> float:
        return self.elapsed / 60 / self.minutes if self.minutes else self.seen / self.tokens

    def __str__(self) -> str:
        pace = self.seen / max(1.0, self.elapsed)
        return f"{self.elapsed:6.0f} s  {self.seen / 1e6:6.2f} M tokens  {pace:6.0f}/s"


def to_learn(
    producer: Iterable[Batch],
    losses: Callable[[Batch], np.ndarray],
    progress: Progress,
    *,
    tokens: int,
    all_until: float,
) -> Iterator[Batch]:
    """All batches until a part of the training is over, then batches of `tokens` tokens with the most to learn."""
    hardest = Hardest(tokens)
    for batch in producer:
        progress.seen += int(batch.ids.size)
        if progress.done < all_until:
            yield batch
        else:
            yield from hardest.of(batch, losses(batch))


def optimizers(net: Pocket) -> list[torch.optim.Optimizer]:
    matrices = [weight for name, weight in net.named_parameters() if weight.dim() == 2 and "embd" not in name]
    rest = [weight for name, weight in net.named_parameters() if weight.dim() != 2 or "embd" in name]
    return [
        torch.optim.Muon(matrices, lr=MUON_RATE, weight_decay=0.05, momentum=0.95, adjust_lr_fn="original"),
        torch.optim.AdamW(rest, lr=ADAM_RATE, betas=(0.9, 0.95), weight_decay=0.0),
    ]


def rate(done: float, step: int) -> float:
    """The part of the full rate at this step, when a part `done` of the training is over."""
    falling = 1.0 if done < HELD_RATE else max(FLOOR, (1 - done) / (1 - HELD_RATE))
    return min(1.0, (step + 1) / WARM_UP) * falling


def train(  # noqa: PLR0913 - one for each option
    tokenizer: Path,
    out: Path,
    *,
    tokens: float,
    minutes: float | None = None,
    start: Path | None = None,
    seed: int = SEED,
    supply: Supply = CPU_SUPPLY,
) -> None:
    """Train on `tokens` tokens, or for so many minutes, and save the weights to `out`, now and then and at the end.

    With `start`, weights that were saved before, it goes on from them at a part of the rate. Another `seed` gives other
    conversations.
    """
    torch.manual_seed(seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    net = Pocket(Shape()).to(device)
    if start is not None:
        net.load_state_dict(torch.load(start, map_location=device)["weights"])
    print(f"{sum(weight.numel() for weight in net.parameters()) / 1e6:.2f} M parameters on {device}", flush=True)
    hidden_states = torch.compile(net, dynamic=True)
    copying = 0 if start else COPYING_POOLS * supply.processes
    producer = Producer(tokenizer, seed * 1000, supply.batch_tokens, copying_pools=copying, processes=supply.processes)
    chosen = optimizers(net)
    rates = [[group["lr"] for group in optimizer.param_groups] for optimizer in chosen]
    part = GOING_ON if start else 1.0
    progress, saved, mean = Progress(tokens, minutes), time.monotonic(), 0.0
    batches = to_learn(
        producer,
        lambda batch: row_losses(net, hidden_states, batch, device),
        progress,
        tokens=supply.hard_tokens,
        all_until=0.0 if start else SELECTING_FROM,
    )
    for step, batch in enumerate(batches):
        if progress.done >= 1:
            break
        for optimizer, full in zip(chosen, rates, strict=True):
            for group, one in zip(optimizer.param_groups, full, strict=True):
                group["lr"] = one * part * rate(progress.done, step)
        losses, rows = losses_of(net, hidden_states, batch, device)
        loss = losses.sum() / len(rows)
        net.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        for optimizer in chosen:
            optimizer.step()
        mean = loss.item() if step == 0 else 0.98 * mean + 0.02 * loss.item()
        if step % 50 == 0:
            print(f"{progress}  step {step:5}  loss {mean:.4f}", flush=True)
        if time.monotonic() - saved > SAVE_SECONDS:
            save(net, out)
            saved = time.monotonic()
    producer.close()
    save(net, out)


def save(net: Pocket, path: Path) -> None:
    torch.save({"shape": net.shape.__dict__, "weights": net.state_dict()}, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--tokens", type=float, default=140e6)
    parser.add_argument("--minutes", type=float, help="train for a time instead")
    parser.add_argument("--start", type=Path, help="go on from these weights")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument(
        "--processes", type=int, default=CPU_SUPPLY.processes, help="how many make the conversations (%(default)s)"
    )
    parser.add_argument("--batch-tokens", type=int, default=CPU_SUPPLY.batch_tokens, help="of a batch (%(default)s)")
    arguments = parser.parse_args()
    train(
        arguments.tokenizer,
        arguments.out,
        tokens=arguments.tokens,
        minutes=arguments.minutes,
        start=arguments.start,
        seed=arguments.seed,
        supply=Supply(arguments.processes, arguments.batch_tokens),
    )


if __name__ == "__main__":
    main()
