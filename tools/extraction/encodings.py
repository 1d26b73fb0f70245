"""Decode text whose encoding nobody states: byte-order mark, then strict UTF-8, then a guess."""

from __future__ import annotations

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# What detectors report is a subset of what such files hold: Windows code pages extend each of these.
_WIDER = {
    "shift_jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc-kr": "cp949",
    "iso-8859-1": "cp1252",
    "iso-8859-9": "cp1254",
    "ascii": "utf-8",
}

_SAMPLE = 64 * 1024
_TEXT_CONTROLS = frozenset(b"\t\n\r\f\x0b\x1b\x1a\x08")


def decode(data: bytes) -> str:
    """The text of `data`; what cannot be decoded becomes U+FFFD."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if b"\0" in data[:_SAMPLE] and (wide := _unmarked_utf16(data[:_SAMPLE])):
        return data.decode(wide, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 4 or _mostly_utf8(data):
            return data.decode("utf-8", "replace")
    return data.decode(_guess(data), "replace")


def decode_head(data: bytes, max_characters: int) -> tuple[str, bool]:
    """The text of as much of `data` as may hold `max_characters`, and whether that was all of it."""
    head = data[: 4 * max_characters]
    return decode(head), len(head) == len(data)


def looks_binary(data: bytes) -> bool:
    """Whether these bytes are text in no encoding: more than one control character in fifty outside UTF-16 and -32."""
    sample = data[:_SAMPLE]
    if not sample or any(sample.startswith(mark) for mark, _ in _MARKS):
        return False
    if b"\0" in sample and _unmarked_utf16(sample):
        return False
    controls = sum(sample.count(value) for value in range(32) if value not in _TEXT_CONTROLS)
    return controls * 50 > len(sample)


def _mostly_utf8(data: bytes) -> bool:
    """UTF-8 with a few damaged bytes: better read with gaps than as another encoding."""
    sample = data[:_SAMPLE].decode("utf-8", "replace")
    foreign = sum(character > "\x7f" for character in sample)
    return sample.count("\ufffd") * 20 < foreign


def _unmarked_utf16(sample: bytes) -> str | None:
    """UTF-16 without a mark: where most characters are Latin, every other byte is NUL."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = max(1, len(sample) // 2)
    if odd > half * 0.4 and even < half * 0.05:
        return "utf-16-le"
    if even > half * 0.4 and odd < half * 0.05:
        return "utf-16-be"
    return None


def _guess(data: bytes) -> str:
    import cchardet

    sample = data[:_SAMPLE]
    name = str(cchardet.detect(sample)["encoding"] or "").lower()
    if name in ("", "utf-8", "ascii"):  # on a short text the detector may name what strict decoding has ruled out
        return "cp932" if _decodes(sample, "cp932") and not _decodes(sample, "ascii") else "cp1252"
    name = _WIDER.get(name, name)
    return name if _is_known(name) else "cp1252"


def _is_known(encoding: str) -> bool:
    """Whether Python has what the detector names. Decoding nothing would not tell: it never looks the name up."""
    try:
        codecs.lookup(encoding)
    except LookupError:
        return False
    return True


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True
