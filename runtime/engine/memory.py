"""The memory of this machine, and how much context fits it where no plan says so."""

from __future__ import annotations

_SHARE = 0.25  # of the memory that is available, for keys and values
_MOST = 0.8  # of it, so that a context that was asked for is made
_SMALLEST = 2048  # tokens; a context below this is not offered in exchange for memory
DEFAULT_N_CTX = 8192


def fit(n_ctx: int | None, slots: int, *, n_ctx_train: int, bytes_per_token: float, available: int) -> tuple[int, int]:
    """Choose the tokens of context for one sequence, and the number of sequences, which is 0 when not one fits.

    A context is never longer than the one that the model was trained with. The default one is halved while two
    sequences of it take more than a quarter of `available` bytes. Then as many of the `slots` are made as fit that
    quarter; and two in any case, so that a question does not wait for a summary, if they fit at all.
    """
    trained = n_ctx_train or DEFAULT_N_CTX
    chosen = min(trained, n_ctx or DEFAULT_N_CTX)
    if n_ctx is None:
        while chosen > _SMALLEST and 2 * chosen * bytes_per_token > available * _SHARE:
            chosen = max(_SMALLEST, chosen // 2)
    each = max(1.0, chosen * bytes_per_token)
    fitting = max(int(available * _SHARE // each), min(2, int(available * _MOST // each)))
    return chosen, min(slots, fitting)
