"""What the summary of a folder asks of the model, in the very words of `app.folder_summary.prompts`: a test holds them
equal.
"""

from __future__ import annotations

from random import Random

from phrasings import Language
from prose import Prose
from slots import Slots

ANY_LANGUAGE = "the language of the text"
LANGUAGE_NAMES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "it": "Italian",
    "pt": "Portuguese",
    "es": "Spanish",
    "hi": "Hindi",
    "th": "Thai",
}


class Documents:
    """Draws prompts of the document tasks, each as (request, answer)."""

    def __init__(self, language: Language, random: Random, *, held: bool = False) -> None:
        self._random = random
        self._language = LANGUAGE_NAMES[language.code]
        self._slots, self._prose = Slots(language, random, held=held), Prose(language, random, held=held)

    def summary(self) -> tuple[str, str]:
        """A text of three to seven sentences; its first one, compressed, and the first later one with a figure."""
        sentences = [self._prose.sentence() for _ in range(self._random.randint(3, 7))]
        text = self._random.choice((" ", " ", "\n")).join(sentence.full for sentence in sentences)
        answer = [sentences[0].short, *[s.short for s in sentences[1:] if _has_figure(s.short)][:1]]
        request = (
            f"Document: {self._slots.path()}\n\n{text}\n\n"
            f"Summarise this text in two or three sentences, in {self._named()}."
        )
        return request, " ".join(answer)

    def _named(self) -> str:
        return ANY_LANGUAGE if self._random.random() < 0.2 else self._language


def _has_figure(text: str) -> bool:
    return any(character.isdigit() for character in text)
