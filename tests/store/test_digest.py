"""The digest: verbatim sentences that read well, from any text, the same in every run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.digest import FolderDigester, digest_document, digest_folder
from tools.digest.folder import MOST
from tools.digest.readability import readability
from tools.passages import Document, Passage

MINUTES = """Minutes of the garden committee

Present: Ana, Bruno, Carla

The committee decided to plant forty apple trees along the northern fence of the garden in March.
Bruno will order the apple trees from the nursery before the end of January.
The nursery delivers trees on Tuesdays and asks for half of the price in advance.
Carla said yeah um okay um maybe we uh could see.
The budget for apple trees is 1,200 euros, which the committee approved without a vote against.
Home | About | Contact | Login
© 2024 Garden Club. All rights reserved. Cookies are used on this site, click here to read more about them.
"""


def document(*texts: str, file_format: str = "txt", title: str = "", content_hash: str = "") -> Document:
    passages, start = [], 0
    for ordinal, text in enumerate(texts):
        passages.append(Passage(ordinal, f"page {ordinal + 1}", start, start + len(text), text))
        start += len(text)
    return Document(content_hash or f"hash of {texts}", file_format, title, tuple(passages))


def digested(*texts: str, **options: str) -> list[str]:
    return [sentence.text for sentence in digest_document(document(*texts, **options)).sentences]


class TestDocument:
    def test_prose_is_chosen_and_the_page_around_it_is_not(self):
        chosen = digested(MINUTES)
        assert 3 <= len(chosen) <= 5
        assert any("apple trees" in sentence for sentence in chosen)
        assert not any(word in " ".join(chosen) for word in ("Home", "rights reserved", "Present", "um"))

    def test_sentences_come_in_order_with_their_places(self):
        digest = digest_document(document(MINUTES, MINUTES.replace("apple", "pear")))
        starts = [sentence.start for sentence in digest.sentences]
        assert starts == sorted(starts)
        assert {sentence.place for sentence in digest.sentences} <= {"page 1", "page 2"}
        assert max(sentence.score for sentence in digest.sentences) == 1.0

    def test_the_title_is_the_documents_own_or_its_first_line(self):
        assert digest_document(document(MINUTES, title="Garden\n 2024")).title == "Garden 2024"
        assert digest_document(document(MINUTES)).title == "Minutes of the garden committee"
        assert digest_document(document("1\n\ntext")).title == ""
        assert digest_document(document()).title == ""

    def test_what_is_said_twice_is_shown_once(self):
        sentence = "The committee decided to plant forty apple trees along the northern fence. "
        assert len(digested(sentence * 5)) == 1

    def test_of_a_table_the_first_rows_are_shown(self):
        rows = "name\tage\tcity\nAna\t30\tLisbon\nBo\t41\tOslo\nCy\t25\tCork\n"
        assert digested(rows, file_format="csv")[0] == "name\tage\tcity"

    def test_of_source_code_the_comments_are_shown(self):
        code = '''import os


def walk(root):
    """List the files of a folder, without following any link out of it.

    Hidden files are left out, and so are those that the ignore file names.
    """
    # The order of the listing is that of the names, so that runs can be compared.
    return sorted(os.listdir(root))
'''
        chosen = digested(code, file_format="py")
        assert "List the files of a folder, without following any link out of it." in chosen
        assert "The order of the listing is that of the names, so that runs can be compared." in chosen
        assert not any("import" in sentence for sentence in chosen)

    def test_of_source_code_without_comments_the_definitions_are_shown(self):
        chosen = digested(
            "import os\n\nclass Walker:\n    def walk(self, root):\n        return os.listdir(root)\n", file_format="py"
        )
        assert chosen == ["class Walker:", "def walk(self, root):"]

    @pytest.mark.parametrize("opening", ["/*", "/**", "<!--", '"""', "# ", "class ", "(", "-- " * 3, "\t\n"])
    def test_source_code_of_openings_alone_takes_no_time(self, opening):
        started = time.monotonic()
        digested(opening * (190_000 // len(opening)), file_format="js")
        assert time.monotonic() - started < 20  # quadratic matching would take minutes

    def test_text_without_sentences_gives_its_first_lines(self):
        assert digested("alpha 1\nbeta 2\n\ngamma 3\ndelta 4\n") == ["alpha 1", "beta 2", "gamma 3"]
        assert digested("--- *** ---") == []

    @pytest.mark.parametrize(
        "text",
        [
            "委员会决定三月在花园北侧栽种四十棵苹果树。布鲁诺将在一月底之前向苗圃订购苹果树。苗圃要求预付一半的价格。",
            "समिति ने मार्च में बगीचे में चालीस सेब के पेड़ लगाने का निर्णय लिया। ब्रूनो अगले महीने पेड़ मँगवाएगा।",
            "คณะกรรมการตัดสินใจปลูกต้นแอปเปิ้ลสี่สิบต้นตามแนวรั้วด้านเหนือ บรูโนจะสั่งต้นไม้จากเรือนเพาะชำก่อนสิ้นเดือน",
            "El comité decidió plantar cuarenta manzanos en marzo. Bruno pedirá los árboles antes de que acabe enero.",
        ],
        ids=["zh", "hi", "th", "es"],
    )
    def test_other_languages_are_prose_too(self, text):
        assert len(digested(text)) >= 2

    @settings(max_examples=150, deadline=None)
    @given(
        texts=st.lists(st.text(min_size=1) | st.text(st.sampled_from("aA .\n\t#-*|1会。")), max_size=4),
        file_format=st.sampled_from(["txt", "py", "csv", "pdf", "md"]),
    )
    def test_every_sentence_is_verbatim_at_its_place(self, texts, file_format):
        source = document(*texts, file_format=file_format)
        places = {passage.place: passage for passage in source.passages}
        for sentence in digest_document(source).sentences:
            passage = places[sentence.place]
            assert source.text[sentence.start : sentence.end] == sentence.text
            assert passage.start <= sentence.start < sentence.end <= passage.end
            assert 0 <= sentence.score <= 1

    def test_how_much_was_read_is_said(self):
        assert digest_document(document(MINUTES, MINUTES)).passages_read == 2
        assert digest_document(document("a\tb\n1\t2\n3\t4\n", "5\t6\n", file_format="csv")).passages_read == 1
        filler = "Nothing of any note was said about the weather in the valley on that day. "
        long = document(*(f"{filler}The {word} report names {word} as the reason. " for word in _words(2500)))
        digest = digest_document(long)
        assert digest.passages_read == 2000
        assert digest.sentences


def _words(count: int) -> list[str]:
    return [
        f"{chr(97 + number % 26)}{chr(97 + number // 26 % 26)}{chr(97 + number // 676)}ton" for number in range(count)
    ]


class TestReadability:
    @pytest.mark.parametrize(
        ("better", "worse"),
        [
            ("The committee approved the budget for the new garden.", "the committee approved the budget for the new"),
            ("The committee approved the budget for the new garden.", "Home About Contact Imprint Login Register Help"),
            (
                "The committee approved the budget for the new garden.",
                "| budget | 1,200 | 3,400 | 17 | 2024-01-02 | 5 |",
            ),
            (
                "The committee approved the budget for the new garden.",
                "It approved the budget for the new garden then.",
            ),
            (
                "The committee approved the budget for the new garden.",
                "Was the budget for the new garden approved then?",
            ),
            (
                "The committee approved the budget for the new garden.",
                "for (int i = 0; i < n; ++i) { budget[i] *= 2; }",
            ),
            (
                "Ana: The committee approved the budget for the garden.",
                "Ana: Um yeah so um the budget is uh okay I mean.",
            ),
        ],
    )
    def test_prefers_prose(self, better, worse):
        assert readability(worse) < 0.8 * readability(better)

    @given(st.text())
    def test_is_a_share(self, text):
        assert 0 <= readability(text) <= 1


class TestFolder:
    def test_sentences_come_from_many_files_and_say_where(self):
        items = [(f"{word}.txt", document(MINUTES.replace("apple", word))) for word in _words(12)]
        sentences = digest_folder(items).sentences
        assert 5 <= len(sentences) <= MOST
        sources = dict(items)
        for found in sentences:
            assert sources[found.path].text[found.sentence.start : found.sentence.end] == found.sentence.text
        assert len({found.path for found in sentences}) > 1

    def test_a_copy_of_a_file_counts_once(self):
        one = [("a.txt", document(MINUTES))]
        copies = [(f"{name}.txt", document(MINUTES)) for name in "abcdefgh"]
        assert digest_folder(copies) == digest_folder(one)

    def test_what_every_file_repeats_is_boilerplate(self):
        footer = "The contents of this message are confidential and meant for its addressee alone. "
        digester = FolderDigester()
        for word in _words(40):
            text = f"{footer}The {word} project was finished in the summer and handed over to the {word} office."
            digest = digester.add(f"{word}.txt", document(text))
        assert digest.sentences[-1].score == 1.0
        assert "project was finished" in max(digest.sentences, key=lambda sentence: sentence.score).text
        assert not any("confidential" in found.sentence.text for found in digester.digest().sentences)

    def test_an_empty_folder_has_an_empty_digest(self):
        assert digest_folder([]).sentences == ()
        assert digest_folder([("empty.txt", document())]).sentences == ()

    def test_memory_is_bounded(self, monkeypatch):
        monkeypatch.setattr("tools.digest.folder.KEPT_SENTENCES", 20)
        monkeypatch.setattr("tools.digest.folder.KEPT_WORDS", 100)
        monkeypatch.setattr("tools.digest.folder.KEPT_COPIES", 50)
        digester = FolderDigester()
        for word in _words(300):
            digester.add(f"{word}.txt", document(MINUTES.replace("apple", word)))
        assert len(digester._remembered) <= 40 + 5
        assert len(digester._frequencies) <= 100
        assert len(digester._copies) <= 50
        assert len(digester.digest().sentences) >= 5

    def test_is_the_same_in_every_process(self):
        program = (
            "from tools.digest import digest_folder\n"
            "from tools.passages import Document, Passage\n"
            f"texts = [{MINUTES!r}.replace('apple', f'tree{{number}}') for number in range(20)]\n"
            "print(digest_folder((text[:9], Document(text, 'txt', '', (Passage(0, 'p', 0, len(text), text),)))"
            " for text in texts))"
        )
        runs = {
            subprocess.run(
                [sys.executable, "-c", program],
                cwd=Path(__file__).parents[2],
                env={**os.environ, "PYTHONHASHSEED": seed},
                capture_output=True,
                check=True,
            ).stdout
            for seed in ("1", "2", "3")
        }
        assert len(runs) == 1
