"""The language that a summary is to be written in: that of its document."""

from __future__ import annotations

from functools import cache
from typing import Any

from app.folder_summary import prompts

SAMPLE = 1500
"""Characters that are looked at."""
FEWEST_LETTERS = 80
SUREST = 0.95


NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek",
    "en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French",
    "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian", "it": "Italian",
    "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "nl": "Dutch", "no": "Norwegian",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian",
    "sr": "Serbian", "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese",
    "zh": "Chinese",
}  # fmt: skip


def language_of(text: str) -> str:
    """The English name of the text's language, or `ANY_LANGUAGE` where there is too little prose to be sure."""
    sample = text[:SAMPLE]
    if sum(map(str.isalpha, sample)) < FEWEST_LETTERS:
        return prompts.ANY_LANGUAGE
    code, probability = _identifier(tuple(NAMES)).classify(sample)
    return NAMES.get(code, prompts.ANY_LANGUAGE) if probability >= SUREST else prompts.ANY_LANGUAGE


def likeliest_language(text: str, among: tuple[str, ...]) -> str:
    """The language, of those given by their codes, that even a short text is likeliest in."""
    code: str = _identifier(among).classify(text)[0]
    return code


@cache
def _identifier(codes: tuple[str, ...]) -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(codes))
    return identifier
