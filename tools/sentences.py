"""Where the sentences of a text stand, in any of the languages that llama-desk reads.

Rules, not a model: a text is cut into blocks at its layout (blank lines, bullets, headings, table rows), and a block
into sentences at its punctuation. A rule in doubt leaves a sentence longer: that quotes more than needed, never less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

LONGEST_SENTENCE = 1000
"""Characters. What has no sentence end for longer (a minified file, a transcript) is cut at a clause or a word."""
NARROWEST_WRAP = 40
WIDEST_WRAP = 160
"""A line between these widths, in characters, may go on in the next line; a wider one is a paragraph by itself."""
SHORTEST_THAI_SENTENCE = 30
"""Characters. Thai puts a space between sentences, and between some clauses too."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_LINE = re.compile(r"[^\n\f\v\x85\u2028\u2029]+")
_NEW_ITEM = re.compile(r"\s*(?:[-*+•‣◦▪●–·]\s|\(?\d{1,3}[.)]\s|\(?[a-z]\)\s|[IVX]{1,4}\.\s|#{1,6}\s|>|\||\d+\s*$)")
_SPEAKER = re.compile(r"\s*[^\W\d_][^\s:]{0,30}(?: [^\s:]{1,30}){0,2}: ")
_ALONE = re.compile(r"\s*(?:#{1,6}\s|\||[=\-_*~]{3,}\s*$)")

_CLOSERS = "\"'”’»›)\\]」』】）》〉］＂＇"
_END = re.compile(
    rf"(?P<wide>[。！？｡．]+[{_CLOSERS}]*)"
    rf"|(?P<danda>[।॥۔؟፧።]+[{_CLOSERS}]*)"
    rf"|(?P<latin>[.!?…‼⁇⁈⁉]+[{_CLOSERS}]*(?:\[\d{{1,3}}\])*)(?=\s|$)"
    r"|(?P<thai>(?<=[\u0e01-\u0e5b])[ \u00a0]+(?=[\u0e01-\u0e5b]))"
)
_LAST_WORD = re.compile(r"[^\s(\[{\"'“‘«„/]+$")
_NEXT_WORD = re.compile(r"[\s\"'“‘«„(\[¿¡-]*([^\W_]+)")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_CLAUSE = re.compile(r".*[;:,、，；]\s*|.*\s", re.DOTALL)

_TITLES = _set(
    "mr mrs ms dr prof st hr fr sr sra srta dra dott dott.ssa ing avv sig sig.ra mme mlle me mm mgr messrs gen col "
    "capt lt sgt rev hon gov sen rep pres"
)
_NEVER_LAST = _set("bzw ca vgl z.b d.h u.a i.e e.g cf vs viz approx evtl ggf inkl zzgl p.ej av avda c.à.d")
_BEFORE_NUMBER = _set(
    "no nos nr num núm n fig figs eq sec ch chap vol p pp pg art arts abs s ziff kap bd tab tel ext fn par para "
    "jan feb mar apr jun jul aug sep sept oct nov dec okt dez janv févr avr juil déc ene abr ago dic gen giu lug ott "
    "fev"
)
_ALSO_LAST = _set("etc inc ltd co corp jr bros llc gmbh usw al a.m p.m s.a")
_MONTHS = _set("januar jänner februar märz april mai juni juli august september oktober november dezember")
_STARTERS = _set(
    "the a an he she it they we you this that these those there here in on at but and so if when while after before "
    "however its his her their our my as for to by with der die das er sie es wir ich ein eine im am dieser diese le "
    "la les il elle ils nous je un une ce cette el los las ella yo una este esta lo gli os ele ela"
)


def split_sentences(text: str) -> list[Span]:
    """The spans of the sentences of `text`, in order, without the white space around them.

    Everything that is not white space lies in just one span. Headings, list items, table rows and the lines of a
    transcript are sentences of their own; a paragraph wrapped over several lines is joined.
    """
    return [span for start, end in _blocks(text) for span in _sentences(text, start, end)]


def _blocks(text: str) -> Iterator[Span]:
    """Runs of lines that one sentence may span."""
    start, end, widest, last = -1, 0, 0, ""
    for match in _LINE.finditer(text):
        line = match.group()
        blank = line.isspace()
        # Line breaks are what lies between two matches: more than one is an empty line.
        if start >= 0 and (blank or match.start() - end > 1 or _starts_block(line, last, widest)):
            yield start, end
            start, widest = -1, 0
        if blank:
            continue
        if start < 0:
            start = match.start()
        end, last, widest = match.end(), line, max(widest, len(line))
    if start >= 0:
        yield start, end


def _starts_block(line: str, last: str, widest: int) -> bool:
    """Whether `line` begins something new after `last`, in a block whose widest line has `widest` characters."""
    if len(last) > WIDEST_WRAP or _NEW_ITEM.match(line) or _is_alone(line) or _is_alone(last):
        return True
    if line.lstrip()[0].islower() or last.rstrip()[-1] in ",;-–—(":
        return False
    if _SPEAKER.match(line):
        return True
    wrapped = widest >= NARROWEST_WRAP and len(last) >= 0.7 * widest
    return not wrapped


def _is_alone(line: str) -> bool:
    """A heading, a rule or a row of a table."""
    return bool(_ALONE.match(line)) or " | " in line or "\t" in line.strip()


def _sentences(text: str, start: int, end: int) -> Iterator[Span]:
    begin = start
    for match in _END.finditer(text, start, end):
        if match.end() < end and not _is_end(text, match, begin, end):
            continue
        yield from _trimmed(text, begin, match.end())
        begin = match.end()
    yield from _trimmed(text, begin, end)


def _is_end(text: str, match: re.Match[str], begin: int, end: int) -> bool:
    if match["wide"] or match["danda"]:
        return not (match.group() == "．" and text[match.end()].isdigit())
    if match["thai"]:
        return match.start() - begin >= SHORTEST_THAI_SENTENCE
    following = _NEXT_WORD.match(text, match.end(), min(end, match.end() + 40))
    word = following[1] if following else ""
    if word[:1].islower():
        return False
    if match.group() != ".":
        return True
    found = _LAST_WORD.search(text, max(begin, match.start() - 40), match.start())
    last = found.group() if found else ""
    opens = match.start() - len(last) <= begin + 1
    return not (last.isdigit() and opens) and _is_full_stop(last, word)


def _is_full_stop(word: str, following: str) -> bool:
    """Whether the "." after `word` ends a sentence, when a capital, a digit or a sign follows."""
    folded = word.casefold()
    digit_follows = following[:1].isdigit()
    if word.isdigit():
        return not (len(word) <= 2 and following.casefold() in _MONTHS)
    if folded in _NEVER_LAST or (folded in _TITLES and word[0].isupper()):
        return False
    if folded in _BEFORE_NUMBER or folded in _ALSO_LAST:
        return not digit_follows
    if _INITIALS.fullmatch(word):
        return following.casefold() in _STARTERS
    return True


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    """The span without white space at its ends, or its parts when it is too long to be read as a sentence."""
    start, end = _strip(text, start, end)
    while end - start > LONGEST_SENTENCE:
        latest = start + LONGEST_SENTENCE
        clause = _CLAUSE.match(text, start + LONGEST_SENTENCE // 2, latest)
        cut = clause.end() if clause else latest
        yield _strip(text, start, cut)
        start, end = _strip(text, cut, end)
    if start < end:
        yield start, end


def _strip(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
