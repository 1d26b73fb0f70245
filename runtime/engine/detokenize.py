"""From the bytes of tokens to text that may be shown: whole characters, and nothing of a stop string."""

from __future__ import annotations

import codecs
from collections.abc import Sequence


class TextStream:
    """Decodes UTF-8 as it comes and holds back what may turn out to be the start of a stop string."""

    def __init__(self, stop: Sequence[str] = (), *, drop_space: bool = False) -> None:
        """`drop_space` drops one space at the start, which SentencePiece writes before the first word."""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stop = tuple(text for text in stop if text)
        self._drop_space = drop_space
        self._held = ""
        self.stopped = False

    def feed(self, piece: bytes) -> str:
        """The text that is certain after `piece`; once a stop string is complete, what stands before it."""
        if self.stopped:
            return ""
        if self._drop_space and piece:
            piece, self._drop_space = piece.removeprefix(b" "), False
        self._held += self._decoder.decode(piece)
        found = [place for text in self._stop if (place := self._held.find(text)) >= 0]
        if found:
            self.stopped = True
            ready, self._held = self._held[: min(found)], ""
            return ready
        keep = self._longest_start_of_stop()
        ready, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        return ready

    def finish(self) -> str:
        """What was held back, now that no more comes. Bytes of a character that never became whole are dropped."""
        ready, self._held = self._held, ""
        return "" if self.stopped else ready

    def _longest_start_of_stop(self) -> int:
        longest = 0
        for text in self._stop:
            for length in range(min(len(text) - 1, len(self._held)), longest, -1):
                if self._held.endswith(text[:length]):
                    longest = length
                    break
        return longest
