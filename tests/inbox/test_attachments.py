"""The texts of attachments: looked for once, searched with the message, and shown where they are what was found."""

from __future__ import annotations

import base64
from datetime import UTC

from tests.inbox.mails import counts, inbox_of, mail, mbox, stored
from tools.inbox import import_path
from tools.inbox.importing import LONGEST_TEXT


def with_files(number: int) -> bytes:
    data = base64.b64encode(b"%PDF lease").decode()
    return mail(
        number,
        headers="Content-Type: multipart/mixed; boundary=b\n",
        body=(
            "--b\nContent-Type: text/plain\n\nSee the files.\n--b\nContent-Type: application/pdf; name=lease.pdf\n"
            f"Content-Transfer-Encoding: base64\n\n{data}\n--b\nContent-Type: image/png; name=photo.png\n\nPNG\n"
            "--b\nContent-Type: text/plain; name=shown.txt\n\nShown with the text.\n--b--\n"
        ),
    )


class Reader:
    """Finds the same text in every attachment, and remembers what it was asked for."""

    def __init__(self, text: str = "The tenant pays on the first.\nPets are welcome.") -> None:
        self.text = text
        self.asked: list[tuple[str, bytes]] = []

    def __call__(self, name: str, data: bytes) -> str:
        self.asked.append((name, data))
        return self.text


def test_a_text_is_found_with_its_message(tmp_path, db):
    (tmp_path / "a.eml").write_bytes(with_files(1))
    reader = Reader()
    assert import_path(db, tmp_path, zone=UTC, text_of=reader).added == 1
    assert reader.asked == [("lease.pdf", b"%PDF lease")]
    inbox = inbox_of(db)
    [hit] = inbox.search("pets")
    assert hit.message.attachments == ("lease.pdf", "photo.png", "shown.txt")
    assert hit.snippet == "lease.pdf: Pets are welcome."
    assert [text for _, text in inbox.store.attachment_texts(hit.message.id)] == [reader.text, "", ""]
    assert inbox.search("photo.png")[0].message == hit.message
    assert inbox.search("shown")[0].snippet == "Shown with the text."


def test_only_the_files_of_new_messages_are_read(tmp_path, db):
    box = tmp_path / "box.mbox"
    box.write_bytes(mbox([with_files(1)]))
    import_path(db, box, zone=UTC, text_of=Reader())
    box.write_bytes(mbox([with_files(1), with_files(2)]))
    reader = Reader()
    assert counts(import_path(db, box, zone=UTC, text_of=reader)) == (1, 0, 1, 0)
    assert len(reader.asked) == 1


def test_a_text_is_bounded_and_harmless(tmp_path, db):
    (tmp_path / "a.eml").write_bytes(with_files(1))
    import_path(db, tmp_path, zone=UTC, text_of=Reader("clear\x1b[2J" + "x" * 2 * LONGEST_TEXT))
    [(_, text), *_] = inbox_of(db).store.attachment_texts(stored(db)[0].id)
    assert text.startswith("clear\ufffd[2J")
    assert len(text) == LONGEST_TEXT


def test_without_a_reader_the_names_are_found(tmp_path, db):
    (tmp_path / "a.eml").write_bytes(with_files(1))
    import_path(db, tmp_path, zone=UTC)
    assert [hit.message.subject for hit in inbox_of(db).search("lease.pdf")] == ["Mail 1"]
    assert inbox_of(db).search("pets") == []


def test_many_large_files_are_not_kept_in_memory(tmp_path, db, monkeypatch):
    monkeypatch.setattr("tools.inbox.importing._BATCH_BYTES", 15)
    box = tmp_path / "box.mbox"
    box.write_bytes(mbox(with_files(number) for number in range(4)))
    told: list[int] = []
    import_path(db, box, zone=UTC, text_of=Reader(), progress=lambda report: told.append(report.messages))
    assert told == [2, 4, 4]
