"""Names: what is written with a capital where no rule of the language asks for one, acronyms, codes, and quotations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.folder_summary.claim_forms.name_lexicon import (
    ADJECTIVE_ENDINGS,
    COMMON_ENDINGS,
    CONNECTORS,
    ENGLISH,
    GERMAN,
    NOUN_ENDINGS,
    OPENERS,
    TITLES,
    VERBS,
)
from tools.stopwords import STOPWORDS
from tools.words import UNSPACED, fold

_TOKEN = re.compile(
    rf"(?:[^\W\d_{UNSPACED}]\.){{2,}}|[{UNSPACED}]+|[^\W_{UNSPACED}](?:[^\W_{UNSPACED}]|[\u0300-\u036f\u0900-\u0963])*"
)
_QUOTATION = re.compile(r"[\"“„«「]([^\"“”„«»「」\n]{8,400})[\"”“»」]")
_OPENING = re.compile(r"(?:^|[.!?:;]\s|\n)[\s\"'“‘«„(\[*_#>-]*$")
_JOINT = re.compile(r"\s*[-&/’']\s*|\s+|\.\s*")
_POSSESSIVE = re.compile(r"['’]$")


@dataclass(frozen=True, slots=True)
class Name:
    """A name's words, folded and in order, without "of" and the like."""

    words: tuple[str, ...]
    length: int
    """Words with those between them."""
    may_be_noun: bool = False
    """A German noun looks the same."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words in quotation marks, folded: they must stand in the source in this order."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it stands in a text; `word` is folded, "U.S." gives "us"."""

    start: int
    end: int
    word: str
    capital: bool


def tokens(text: str) -> Iterator[Token]:
    """The words of `text`, without the "s" of an English possessive."""
    for match in _TOKEN.finditer(text):
        written = match.group()
        if written in {"s", "S"} and match.start() and text[match.start() - 1] in "'’":
            continue
        word = fold(written.replace(".", ""))
        yield Token(match.start(), match.end(), word, _is_capital(written))


def find_quotations(text: str) -> Iterator[tuple[int, int, Quotation]]:
    """What stands in quotation marks, from two words on, with its span."""
    for match in _QUOTATION.finditer(text):
        words = tuple(token.word for token in tokens(match[1]))
        if len(words) > 1:
            yield match.start(1), match.end(1), Quotation(words)


def find_names(text: str) -> Iterator[tuple[int, int, Name]]:
    """The names in the sentence `text` with their spans."""
    words_of_text = list(tokens(text))
    if _is_shouted(text, words_of_text):
        return
    german = _is_german(words_of_text)
    for run in _runs(text, words_of_text):
        named = _without_titles(_without_opener(text, run, words_of_text))
        if named:
            noun = german and len(named) == 1 and not _is_code(text[named[0].start : named[0].end])
            if noun and _is_german_noun(text, named[0], words_of_text):
                continue
            yield named[0].start, named[-1].end, Name(tuple(token.word for token in named), len(run), noun)


def _is_capital(written: str) -> bool:
    """A capital first letter, or a code: letters with digits or with a capital inside ("iPhone", "A4")."""
    return written[0].isupper() or any(sign.isupper() for sign in written[1:]) or _is_code(written)


def _is_code(written: str) -> bool:
    letters = sum(sign.isalpha() for sign in written)
    return letters > 0 and (any(sign.isdecimal() for sign in written) or (letters > 1 and written.isupper()))


def _is_shouted(text: str, words: list[Token]) -> bool:
    """A sentence in capitals, where a capital says nothing."""
    return len(words) > 3 and sum(text[token.start : token.end].isupper() for token in words) > 0.6 * len(words)


def _runs(text: str, words: list[Token]) -> Iterator[list[Token]]:
    """Neighbouring words with capitals; short words of lower case may join two of them ("Bank of England")."""
    run: list[Token] = []
    held: list[Token] = []
    for token in words:
        if run and not _JOINT.fullmatch(text, (held or run)[-1].end, token.start):
            yield run
            run, held = [], []
        if token.capital or (run and token.word.isdigit() and text[token.start - 1] == "-"):
            run, held = ([*run, *held, token] if run else [token]), []
        elif run and token.word in CONNECTORS and len(held) < 2:
            held.append(token)
        elif run:
            yield run
            run, held = [], []
    if run:
        yield run


def _without_opener(text: str, run: list[Token], words: list[Token]) -> list[Token]:
    """The run without function words, and without a first word whose capital is that of the sentence."""
    while run and (run[0].word in STOPWORDS or run[0].word in CONNECTORS) and not _is_acronym(text, run[0]):
        run = run[1:]
    if not run or not _OPENING.search(text, 0, run[0].start):
        return run
    first = run[0]
    if _is_code(text[first.start : first.end]) and len(text[first.start : first.end]) > 1:
        return run
    if first.word in OPENERS:
        return run[1:]
    if len(run) == 1 and not _acts(text, first, words):
        return []
    return run


def _is_acronym(text: str, token: Token) -> bool:
    """ "IT" and "US" are names, "It" and "us" are not; "I" and "A" never are."""
    written = text[token.start : token.end]
    return len(written) > 1 and written.isupper()


def _acts(text: str, first: Token, words: list[Token]) -> bool:
    """Whether what follows a sentence's first word is what follows a name: a verb of a person, an apposition."""
    if first.word.endswith(COMMON_ENDINGS):
        return False
    following = next((token for token in words if token.start >= first.end), None)
    if _POSSESSIVE.match(text[first.end : first.end + 1]):
        return True
    return following is not None and following.word in VERBS and text[first.end : following.start].isspace()


def _without_titles(run: list[Token]) -> list[Token]:
    return [token for token in run if token.word not in TITLES and token.word not in CONNECTORS]


def _is_german(words: list[Token]) -> bool:
    german = sum(token.word in GERMAN for token in words)
    return german > 1 and german > sum(token.word in ENGLISH for token in words)


def _is_german_noun(text: str, token: Token, words: list[Token]) -> bool:
    """A capital that German asks for: after an article or an adjective, or with the ending of a noun."""
    written = text[token.start : token.end].lower()
    if written.endswith(NOUN_ENDINGS):
        return True
    before = next((other for other in reversed(words) if other.end <= token.start), None)
    if before is None:
        return False
    if before.word in STOPWORDS:
        return len(before.word) > 2 and before.word.endswith(("m", "n", "r", "s", "e"))
    return not before.capital and before.word.endswith(ADJECTIVE_ENDINGS)
