"""Work beside the screen of which only the latest matters."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from textual.dom import DOMNode
from textual.worker import Worker


def only_latest(node: DOMNode, group: str, work: Callable[[], Coroutine[Any, Any, None]]) -> Worker[None]:
    """Run `work`, and stop what the node runs for the same purpose.

    It is called when its turn comes: work that is stopped before has made no coroutine, which Python would complain of.
    """
    return node.run_worker(work, group=group, exclusive=True)
