"""Citations: what carries a sentence, what does not, and that every quote is verbatim."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.folder_summary.citations import LONGEST_QUOTE, cite, cite_text, verify
from app.folder_summary.contradictions import contradicts
from app.folder_summary.source_index import SourceIndex
from tests.summary.small_documents import LEASE, document
from tools.sentences import split_sentences

LEASE_DOCUMENT = document(LEASE)
INDEX = SourceIndex([("lease.txt", LEASE_DOCUMENT)])


@pytest.mark.parametrize(
    ("sentence", "quoted"),
    [
        ("Ana Ruiz pays a monthly rent of €1,200.", "The monthly rent is 1,200 euros."),
        ("The landlord returns the deposit within 30 days of the keys being handed over.", "The landlord shall return"),
        ("The lease began on March 1, 2026.", "The lease begins on 1 March 2026"),
        ("Dogs may not be kept in the flat.", "The tenant shall not keep dogs"),
        ("Cats are allowed with consent.", "Cats are allowed with written consent."),
        ("The caretaker is Okafor.", "The caretaker is Mr. Okafor."),
    ],
)
def test_a_true_sentence_is_supported(sentence: str, quoted: str) -> None:
    cited = cite(sentence, INDEX)
    assert cited.supported
    assert cited.unsupported == []
    assert any(citation.quote.startswith(quoted) for citation in cited.citations)


@pytest.mark.parametrize(
    ("sentence", "unsupported"),
    [
        ("The monthly rent is 1,300 euros.", ["1,300 euros"]),
        ("The monthly rent is $1,200.", ["$1,200"]),
        ("The deposit is 80 euros.", ["80 euros"]),
        ("The landlord returns the deposit within 60 days.", ["60 days"]),
        ("The lease begins on 1 April 2026.", ["1 April 2026"]),
        ("The tenant is Ana Smith.", ["Ana Smith"]),
        ("The landlord is Weber Homes GmbH in Hamburg.", ["Hamburg"]),
        ("Questions go to info@weber-homes.example.", ["info@weber-homes.example"]),
    ],
)
def test_what_no_source_says_is_named(sentence: str, unsupported: list[str]) -> None:
    cited = cite(sentence, INDEX)
    assert not cited.supported
    assert [claim for claim in cited.unsupported if claim in unsupported] == unsupported


@pytest.mark.parametrize(
    "sentence",
    [
        "The tenant shall keep dogs in the flat.",
        "The landlord shall not return the deposit within 30 days after the keys are handed over.",
        "The garden must be watered every week by whoever lives on the ground floor.",
        "Yes.",
    ],
)
def test_what_is_not_carried_is_not_supported(sentence: str) -> None:
    assert not cite(sentence, INDEX).supported


@pytest.mark.parametrize(
    ("sentence", "source", "contrary"),
    [
        ("The deposit is not returned.", "The deposit is returned.", True),
        ("Prices rose in May.", "Prices fell in May.", True),
        ("Die Miete wird nicht erhöht.", "Die Miete wird erhöht.", True),
        ("Le loyer n'est pas payé.", "Le loyer est payé.", True),
        ("किराया नहीं बढ़ेगा।", "किराया बढ़ेगा।", True),
        ("The tenant did not pay.", "The tenant didn't pay.", False),
        ("It is paid no later than May.", "It is paid by May.", False),
        ("She is not only rich but kind.", "She is rich and kind.", False),
        ("People do not assess it.", "I don't think that people assess it.", False),
        ("Nobody may sublet without consent.", "Subletting without consent is not allowed.", False),
    ],
)
def test_contradictions(sentence: str, source: str, contrary: bool) -> None:
    assert contradicts(sentence, source) is contrary
    assert contradicts(source, sentence) is contrary


def test_a_long_sentence_is_quoted_where_it_matters() -> None:
    filler = "and the committee went on to speak of the weather and of the coffee at some length "
    text = f"{filler * 5} then agreed that the bridge opens in June {filler * 5}."
    long = document(text)
    cited = cite("The committee agreed that the bridge opens in June.", SourceIndex([("a", long)]))
    (citation,) = cited.citations
    assert len(citation.quote) <= LONGEST_QUOTE
    assert "bridge opens in June" in citation.quote
    assert verify(citation, long)


def test_a_summary_loses_its_list_marks() -> None:
    cited = cite_text("- The tenant is Ana Ruiz.\n- Cats are allowed.\n\n***", INDEX)
    assert [sentence.sentence for sentence in cited] == ["The tenant is Ana Ruiz.", "Cats are allowed."]


def test_only_the_spans_that_were_read_can_be_cited() -> None:
    index = SourceIndex()
    start = LEASE.index("The monthly")
    index.add("lease.txt", LEASE_DOCUMENT, [(start, start + 10)])
    assert cite("The monthly rent is 1,200 euros.", index).supported
    assert cite("The caretaker is Mr. Okafor.", index).citations == []


def test_a_source_of_its_own_for_each_half() -> None:
    items = {"a.txt": document("The red boat sails at noon."), "b.txt": document("Lunch costs 9 euros.")}
    index = SourceIndex(items.items())
    cited = cite("The red boat sails at noon and lunch costs 9 euros.", index)
    assert cited.supported
    assert {citation.path for citation in cited.citations} == {"a.txt", "b.txt"}


def test_a_changed_source_is_noticed() -> None:
    (citation, *_) = cite("The monthly rent is 1,200 euros.", INDEX).citations
    assert verify(citation, LEASE_DOCUMENT)
    assert not verify(citation, document(LEASE.replace("1,200", "1,300")))
    assert not verify(citation.model_copy(update={"place": "paragraph 9"}), LEASE_DOCUMENT)
    assert not verify(citation.model_copy(update={"start": citation.end}), LEASE_DOCUMENT)


def test_an_empty_index_supports_nothing() -> None:
    cited = cite("The rent is 5 euros.", SourceIndex())
    assert not cited.supported
    assert cited.citations == []
    assert cited.unsupported == ["5 euros"]


texts = st.text(alphabet=st.sampled_from(list("abcd eE1,. \n\n-AB%€ไท会。")), max_size=400) | st.text(max_size=200)


@given(texts, texts)
def test_every_quote_is_verbatim(source: str, sentence: str) -> None:
    cited_document = document(source)
    index = SourceIndex([("a", cited_document)])
    for cited in (cite(sentence, index), *cite_text(source, index)):
        assert all(verify(citation, cited_document) for citation in cited.citations)
        assert all(len(citation.quote) <= LONGEST_QUOTE for citation in cited.citations)
        assert not (cited.supported and cited.unsupported)


@given(st.integers(3, 10**6), st.sampled_from(["The monthly rent is {:,} euros.", "The tenant pays for {} months."]))
def test_a_made_up_number_is_always_flagged(number: int, sentence: str) -> None:
    assume(number not in {1200, 80, 2400, 30})
    cited = cite(sentence.format(number), INDEX)
    assert not cited.supported
    assert cited.unsupported


@given(st.from_regex(r"[BDFGHJKLMNPQRSTVWXZ][aeiou][bdfgklmnprtvz]{1,2}[aeiou][bdgklmnrtz]", fullmatch=True))
def test_a_made_up_name_is_always_flagged(name: str) -> None:
    cited = cite(f"The tenant Ana {name} pays the monthly rent of 1,200 euros.", INDEX)
    assert not cited.supported
    assert any(name in claim for claim in cited.unsupported)


@given(st.integers(0, 400), st.integers(1, 400))
def test_a_sentence_of_the_source_supports_itself(start: int, length: int) -> None:
    spans = split_sentences(LEASE)
    first, last = spans[start % len(spans)]
    sentence = LEASE[first:last][: max(length, 400)]
    assert cite(sentence, INDEX).unsupported == []


def test_meetings_are_cited_where_people_found_the_answer(shared_data: Path) -> None:
    """QMSum marks the turns of a meeting that answer a query: most answers are quoted from there."""
    meeting = json.loads((shared_data / "dialogues" / "qmsum-dev" / "ES2002b.json").read_text(encoding="utf-8"))
    turns = [f"{turn['speaker']}: {turn['content']}\n\n" for turn in meeting["meeting_transcripts"]]
    transcript = document("".join(turns))
    index = SourceIndex([("meeting", transcript)])
    found = sentences = 0
    for query in meeting["specific_query_list"]:
        gold = {turn for first, last in query["relevant_text_span"] for turn in range(int(first), int(last) + 1)}
        for cited in cite_text(query["answer"], index):
            places = [int(citation.place.split()[1]) - 1 for citation in cited.citations]
            found += bool(gold & set(places))
            sentences += 1
    assert found / sentences > 0.6
