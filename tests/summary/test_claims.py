"""Claims: what is taken for one, and when a source says the same in another form."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.folder_summary.claims import claims, stands_in


def claimed(sentence: str) -> list[str]:
    return [claim.text for claim in claims(sentence)]


def stand(sentence: str, source: str) -> bool:
    """Whether the sentence claims something, and the source says all of it."""
    found = claims(sentence)
    return bool(found) and all(stands_in(claim, source) for claim in found)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Ana Ruiz signed with Mr. Müller on 27 Nov 2026.", ["Ana Ruiz", "Müller", "27 Nov 2026"]),
        ("The Bank of England raised rates to 5.25% in London.", ["Bank of England", "5.25%", "London"]),
        ("Overall, the project is late.", []),
        ("Tenants must pay.", []),
        ("Zorblax signed the lease.", ["Zorblax"]),
        ("Residents met on Friday at 3:30 pm.", ["Friday", "3:30 pm"]),
        ("Laura pays $1,200 [1] within thirty (30) days [2].", ["Laura", "$1,200", "thirty", "(30) days"]),
        ("The U.S. Army and IT use GPT-4.", ["U.S. Army", "IT", "GPT-4"]),
        ('He said "we will never pay it" twice.', ["we will never pay it"]),
        ("Write to ana@example.org or https://example.org/x.", ["ana@example.org", "https://example.org/x"]),
        ("Le directeur Jean-Luc Picard a payé 5,5 millions d'euros.", ["Jean-Luc Picard", "5,5 millions d'euros"]),
        ("Der Vertrag wurde von der Müller GmbH am 3. Mai gekündigt.", ["Müller GmbH", "3. Mai"]),
        ("किराया 25,000 रुपये है।", ["25,000 रुपये"]),
        ("会议于2026年11月27日举行，共300人。", ["2026年11月27日", "300"]),
        ("1. One of them left.", []),
    ],
)
def test_what_is_claimed(sentence: str, expected: list[str]) -> None:
    assert claimed(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("It costs 1,000 now.", "price: 1000"),
        ("It costs 1,000 now.", "prix : 1 000"),
        ("It costs 1,000 now.", "Preis: 1.000"),
        ("It costs 1'000 now.", "price 1,000"),
        ("It is 1.2 million euros.", "EUR 1,200,000"),
        ("It is €1.2 million.", "1.200.000 Euro"),
        ("It is 2.5 billion dollars.", "US$ 2,500,000,000 in all"),
        ("The notice is 30 days.", "a notice of thirty (30) days"),
        ("The notice is thirty days.", "a 30-day notice"),
        ("The notice is 30 days.", "thirty consecutive calendar days"),
        ("It grew by 12 %.", "growth of 12 per cent"),
        ("It grew by 3.5%.", "um 3,5 Prozent gewachsen"),
        ("It grew by 5 percent.", "creció un 5 por ciento"),
        ("On 27 Nov 2026 it ends.", "It ends on November 27, 2026."),
        ("On 27 Nov 2026 it ends.", "end: 2026-11-27"),
        ("On 27 Nov 2026 it ends.", "Ende: 27.11.2026"),
        ("On 27 Nov 2026 it ends.", "Ende am 27. November 2026"),
        ("On 27 Nov 2026 it ends.", "el 27 de noviembre de 2026"),
        ("On 27 Nov 2026 it ends.", "2026年11月27日"),
        ("On 27 Nov 2026 it ends.", "27 नवंबर 2026"),
        ("On 27 Nov 2026 it ends.", "27 พฤศจิกายน 2569"),
        ("On 27 Nov 2026 it ends.", "Calendar 2026: 27 November, lease ends"),
        ("In November 2026 it ends.", "27 November 2026"),
        ("In 2026 it ends.", "27/11/2026"),
        ("On the 27th it ends.", "27 November"),
        ("It is on Friday.", "on 27 November 2026"),
        ("At 3 pm we met.", "15:00 meeting"),
        ("At 15:30 we met.", "meeting at 3:30"),
        ("On 4 March 2026 we met.", "3/4/2026"),
        ("The tenant is Ana Ruiz.", "RUIZ, Ana"),
        ("The tenant is Ana Ruiz.", "Ana M. Ruiz's flat"),
        ("The tenant is Ruiz.", "Mrs Ruiz's flat"),
        ("They asked Project Manager Laura.", "Laura is the project manager"),
        ("They joined the EU then.", "the European Union"),
        ("See www.example.org/a.", "https://example.org/a/"),
        ('He "will not pay" it.', "I will not  pay"),
    ],
)
def test_other_forms_say_the_same(sentence: str, source: str) -> None:
    assert stand(sentence, source)


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("There were 12 people.", "in 2012, room 120, 1.12 and A12"),
        ("There were 12 people.", "12 % of them"),
        ("There were 27 people.", "on 27 November"),
        ("The notice is 30 days.", "a notice of 30 months"),
        ("The rent is $500.", "the rent is €500"),
        ("The rent is 2,500 now.", "the rent is 2.5"),
        ("The rent is 1,200 now.", "the rent is 1,2001"),
        ("On 27 Nov 2026 it ends.", "27 November 2025"),
        ("On 27 Nov 2026 it ends.", "26 November 2026"),
        ("On 27 Nov 2026 it ends.", "27 October 2026"),
        ("It is on Monday.", "on 27 November 2026"),
        ("At 3 pm we met.", "at 3 am"),
        ("The tenant is Ana Smith.", "Ana Ruiz and John Smith were there with many others"),
        ("The tenant is Anna.", "Ana"),
        ("They asked Mario.", "Maria"),
        ("Write to ana@example.org.", "ana@example.org.uk"),
        ('He "will gladly pay" it.', "I will not gladly pay"),
        ("It uses GPT-4 there.", "GPT-3 and 4 others"),
    ],
)
def test_what_a_source_does_not_say(sentence: str, source: str) -> None:
    assert not stand(sentence, source)


@given(st.integers(2, 10**9), st.lists(st.integers(2, 10**9), max_size=5))
def test_a_number_stands_only_where_it_is(number: int, others: list[int]) -> None:
    assume(number not in others)
    sentence = f"They counted {number:,} of them."
    source = "; ".join(f"a count of {other:,} was kept" for other in others)
    assert not stand(sentence, source)
    assert stand(sentence, f"{source}; a count of {number} was kept")


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_date_stands_only_where_it_is(said: date, other: date) -> None:
    assume(said != other)
    sentence = f"It ends on {said.day} {said:%B} {said.year}."
    assert stand(sentence, f"end: {said.isoformat()}")
    assert not stand(sentence, f"end: {other.isoformat()}")


@given(st.text(max_size=300))
def test_any_text_can_be_looked_at(text: str) -> None:
    for claim in claims(text):
        assert 0 <= claim.start < claim.end <= len(text)
        stands_in(claim, text)


@pytest.mark.parametrize(
    "sentence",
    [
        "Ana Ruiz pays 1,200 euros on 27 Nov 2026.",
        "Der Mieter zahlt 950 Euro an Frau Weber.",
        "M. Dupont a versé 300 € le 3 mai 2024.",
        "Il signor Rossi ha pagato 20 milioni di euro.",
        "O senhor Costa pagou R$ 500 em março de 2020.",
    ],
)
def test_a_sentence_bears_out_itself(sentence: str) -> None:
    assert stand(sentence, sentence)


@pytest.mark.parametrize("unit", ["a", "1.", "A.", "a.b", "a@", "会", "1年", "1/1/", "two ", "Ana of ", "$1 ", '"'])
def test_time_grows_with_the_length_alone(unit: str) -> None:
    text = unit * (10_000 // len(unit))
    begin = time.process_time()
    for claim in claims(text)[:20]:
        stands_in(claim, text[:1000])
    assert time.process_time() - begin < 2
