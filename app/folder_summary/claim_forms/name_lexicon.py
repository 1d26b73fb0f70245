"""Words that tell a name from another word with a capital; all folded."""

from __future__ import annotations

from tools.words import fold


def _set(words: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words.split())


CONNECTORS = _set("of the de del della delle di da du la le les von van der den und et y e dos das do al bin")
"""Short words inside a name: "Bank of England"."""

TITLES = _set("mr mrs ms miss dr prof sir herr frau hr monsieur madame mme señor señora sr sra signor signora")

OPENERS = _set(
    """
    additionally accordingly afterwards alternatively although altogether another anyone because besides beyond both
    briefly clearly compared concerning consequently considering currently despite due during each early either
    eventually every everyone everything finally first firstly following furthermore generally given hence hereafter
    however important importantly included including indeed initially instead lastly later likewise many meanwhile
    moreover most much nearly neither nevertheless next nobody nonetheless nothing notably now occasionally often once
    only originally otherwise overall particularly people perhaps please previously primarily rather recently regarding
    regardless second secondly several similarly simply since somebody someone something sometimes soon specifically
    still subsequently summary thank therefore thereafter third thirdly thus today together tomorrow typically
    ultimately under unfortunately unless unlike until usually various whatever whenever whereas wherever whether yes
    yesterday yet two three four zudem außerdem ferner schließlich insgesamt dennoch jedoch daher deshalb ensuite enfin
    cependant toutefois además finalmente también inoltre infine tuttavia além contudo porém portanto
    """
)
"""Words that often begin a sentence and are no names."""

VERBS = _set(
    """
    said says told tells agreed agrees signed signs wrote writes asked asks will would has had was is and promised paid
    pays sent met works worked joined became suggested proposed explained thought wanted mentioned introduced believes
    claims claimed owns lives lived died founded led leads reported confirmed hat ist war sagte schrieb a est dit
    """
)
"""What people and companies do: a sentence's first word before one of these may be a name."""

COMMON_ENDINGS = ("s", "ment", "tion", "sion", "ing", "ed", "ly", "ity", "ness", "ance", "ence", "ship", "one", "age")
"""Endings of English words that begin a sentence more often than a name with that ending does."""

GERMAN = _set("der die das und ist nicht mit von ein eine einen den dem auf für wird werden im des sich zu bei")
ENGLISH = _set("the of and to in is was that for with on by are be has")
NOUN_ENDINGS = tuple(
    _set("ung ungen heit heiten keit keiten schaft schaften tion tionen tät nis nisse tum ment mente ismus ling chen")
)
ADJECTIVE_ENDINGS = ("e", "en", "er", "es", "em", "m", "s")
