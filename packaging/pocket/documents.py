"""What the summary and the questions about a folder ask of the model, in the very words of the program's prompts.

The words are those of `app.folder_summary.prompts` and `app.conversation.prompts`; a test holds them equal.
"""

from __future__ import annotations

from random import Random

from phrasings import Language
from prose import Prose, Sentence
from slots import Slots

NOT_THERE = "That is not in the files of this folder."
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
        self._random, self._held = random, held
        self._language = LANGUAGE_NAMES[language.code]
        self._questions = language.tables.get("prose", {}).get("questions", {}).get("held" if held else "train", ())
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

    def question(self) -> tuple[str, str]:
        """A question about a topic, after passages; the sentence with the topic in it, or that it is not there."""
        random = self._random
        sentences = [self._prose.statement() for _ in range(random.randint(2, 7))]
        passages, left = [], list(sentences)
        while left:
            size = random.randint(1, 3)
            passages.append(self._passage(left[:size]))
            left = left[size:]
        asked = random.choice(sentences)
        topic, answer = asked.topic, asked.full
        if random.random() < 0.25:
            topic, answer = self._slots.topic(), NOT_THERE
            if any(topic in sentence.full for sentence in sentences):
                return self.question()
        elif sum(topic in sentence.full for sentence in sentences) > 1:
            return self.question()
        ask = random.choice(self._questions).format(t=topic)
        return "\n\n".join([*passages, f"Question: {ask}"]), answer

    def _named(self) -> str:
        return ANY_LANGUAGE if self._random.random() < 0.2 else self._language

    def _passage(self, sentences: list[Sentence]) -> str:
        place = self._random.choice(("page", "line", "slide")) + f" {self._random.randint(1, 90)}"
        text = " ".join(sentence.full for sentence in sentences)
        return f'<passage from="{self._slots.path()}, {place}">\n{text}\n</passage>'


def _has_figure(text: str) -> bool:
    return any(character.isdigit() for character in text)
