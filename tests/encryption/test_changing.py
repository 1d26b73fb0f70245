"""Encrypting what is kept, changing the key, making it plain: everything is there after; a refusal costs nothing."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import sys
from datetime import UTC, datetime

import pytest
from key_changes import CHANGES, CHEAP, PASSPHRASE, Kept, contents, prepared, run_kills, verify, verify_done

from app.encryption.changing import Custody, Encryption
from app.encryption.data_keys import DataKeys
from app.encryption.key_note import KeyNote, read_note
from app.encryption.state import encryption_in_words, look_at_encryption
from app.encryption.system_keyring import KeyringFailed
from app.errors import DeskError
from tools.desk_db import DeskDatabase
from tools.desk_db.backups import check
from tools.desk_db.connecting import NoKeyFits, is_encrypted
from tools.desk_db.keys import Keys, new_key, use_keys
from tools.desk_db.migrations import desk_migrations
from tools.desk_db.occupancy import InUse
from tools.desk_db.restoring import restore
from tools.desk_db.sqlite import CAN_ENCRYPT
from tools.errors import DatabaseProblem

pytestmark = pytest.mark.skipif(not CAN_ENCRYPT, reason="there is no SQLCipher here")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def kept_rows(kept: Kept) -> list[object]:
    with DeskDatabase.open(kept.places.database) as db:
        return contents(db)


def tree(kept: Kept) -> dict[str, bytes]:
    """The files of the data folder but the locks."""
    files = [path for path in kept.places.home.rglob("*") if path.is_file() and not path.name.endswith("lock")]
    return {str(path.relative_to(kept.places.home)): path.read_bytes() for path in files}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_keeps_everything_in_the_database_and_in_the_backups(tmp_path, change):
    kept = prepared(tmp_path, change)
    expected = kept_rows(kept)
    kept.change(change)
    verify(kept, expected)
    verify_done(kept, change)
    names = read_note(kept.places.home).names
    assert sorted(kept.keyring.all()) == sorted(names)


def test_a_new_key_is_another_and_the_old_one_opens_nothing(tmp_path):
    kept = prepared(tmp_path, "rotate")
    [before] = kept.keyring.all().values()
    kept.change("rotate")
    [after] = kept.keyring.all().values()
    assert before != after
    use_keys(lambda _path, _is_new: Keys((bytes.fromhex(before),), encrypts=True))
    for file in (kept.places.database, *(backup.path for backup in kept.backups.all())):
        with pytest.raises(NoKeyFits, match="damaged, or encrypted with another key"):
            check(file)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither fork nor SIGKILL")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("change", CHANGES)
def test_a_kill_at_any_step_loses_nothing_and_the_change_goes_on(tmp_path, change):
    assert run_kills(tmp_path, change, every=9, random_kills=2, seed=7) >= 8


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither fork nor SIGKILL")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_the_harness_finds_a_change_that_lets_go_of_the_old_key_too_early(tmp_path, monkeypatch):
    real = Encryption._write

    def hasty(self, note, present):
        real(self, note.model_copy(update={"names": note.names[:1]}), present)

    monkeypatch.setattr(Encryption, "_write", hasty)
    with pytest.raises((AssertionError, NoKeyFits)):
        run_kills(tmp_path, "rotate", every=9)


class TestRefusals:
    def test_a_damaged_note_is_a_sentence_and_nothing_changes(self, tmp_path):
        kept = prepared(tmp_path, "rotate")
        good = kept.places.key_note.read_bytes()
        for bad in (b"", b"{", b"[]", good[:20], good.replace(b"keyring", b"nowhere"), b'{"keeper":"passphrase"}'):
            kept.places.key_note.write_bytes(bad)
            before = tree(kept)
            for change in CHANGES:
                with pytest.raises(DeskError, match="cannot be read"):
                    kept.change(change)
            with pytest.raises(DeskError, match="cannot be read"):
                kept_rows(kept)
            assert tree(kept) == before
        kept.places.key_note.write_bytes(good)
        assert kept_rows(kept)

    def test_a_note_that_is_gone_is_told_of(self, tmp_path):
        kept = prepared(tmp_path, "rotate")
        kept.places.key_note.unlink()
        before = tree(kept)
        with pytest.raises(NoKeyFits, match="note of its key is gone"):
            kept_rows(kept)
        assert tree(kept) == before

    def test_a_keyring_without_the_key_is_told_of(self, tmp_path):
        kept = prepared(tmp_path, "rotate")
        for name in kept.keyring.all():
            kept.keyring.delete(name)
        before = tree(kept)
        kept.unlocked()
        with pytest.raises(DeskError, match="not in the system's keyring any more"):
            kept_rows(kept)
        assert tree(kept) == before

    def test_no_keyring_is_told_of(self, tmp_path):
        kept = prepared(tmp_path, "encrypt")
        before = tree(kept)
        with pytest.raises(KeyringFailed, match="no keyring of the system") as caught:
            Encryption(kept.places, DataKeys(None)).encrypt(Custody(), str)
        assert "--passphrase" in caught.value.hint
        assert tree(kept) == before

    def test_a_keyring_that_keeps_nothing_is_not_trusted(self, tmp_path, monkeypatch):
        kept = prepared(tmp_path, "encrypt")
        monkeypatch.setattr(kept.keyring, "set", lambda _name, _key: None)
        before = tree(kept)
        with pytest.raises(KeyringFailed, match="does not keep"):
            kept.change("encrypt")
        assert tree(kept) == before

    def test_another_process_with_the_database_is_named(self, tmp_path, monkeypatch):
        kept = prepared(tmp_path, "encrypt")
        monkeypatch.setattr("tools.desk_db.occupancy.users", lambda _path: ["`llama-desk`, process 7"])
        before = tree(kept)
        with pytest.raises(InUse, match="process 7"):
            kept.change("encrypt")
        assert tree(kept) == before

    def test_a_database_of_a_newer_llama_desk_is_left_alone(self, tmp_path):
        kept = prepared(tmp_path, "encrypt")
        with DeskDatabase.open(kept.places.database) as db, db._connections.exclusive() as database:
            desk_migrations._record_applied(database, "add_something_of_the_future")
        with pytest.raises(DatabaseProblem, match="newer llama-desk"):
            kept.change("encrypt")
        assert not is_encrypted(kept.places.database)

    def test_what_is_not_encrypted_has_no_key_to_change(self, tmp_path):
        with pytest.raises(DeskError, match="no key to be changed"):
            prepared(tmp_path, "encrypt").change("rotate")

    def test_a_file_under_another_key_is_refused(self, tmp_path):
        kept = prepared(tmp_path, "rotate")
        use_keys(lambda _path, _is_new: Keys((new_key(),), encrypts=True))
        with pytest.raises(NoKeyFits, match="another key") as caught:
            kept_rows(kept)
        assert "backup restore" in caught.value.hint


class TestBackups:
    def test_a_damaged_plain_one_is_removed_with_the_copies_of_unreadable_databases(self, tmp_path):
        kept = prepared(tmp_path, "encrypt")
        damaged = kept.backups.all()[0].path
        damaged.write_bytes(damaged.read_bytes()[:9000])
        aside = kept.places.backups / "unreadable-20261121T000000"
        aside.mkdir()
        (aside / "desk.sqlite").write_bytes(b"SQLite format 3\x00 and words")
        changed = Encryption(kept.places, kept.unlocked()).encrypt(Custody(), str)
        assert (changed.rewritten, changed.removed, changed.left) == (1, 2, 0)
        assert len(kept.backups.all()) == 1
        assert look_at_encryption(kept.places).plain == []

    def test_damage_of_any_kind_is_no_more_than_a_backup_that_is_gone(self, tmp_path):
        kept = prepared(tmp_path, "encrypt")
        expected = kept_rows(kept)
        rng, path = random.Random(5), kept.backups.all()[0].path
        whole = path.read_bytes()
        for _ in range(12):
            kept.change("decrypt")
            damaged = bytearray(whole)
            for _ in range(rng.choice((1, 30))):
                place = rng.choice((rng.randrange(16, 4096), rng.randrange(4096, len(whole))))
                damaged[place : place + 40] = rng.randbytes(40)
            path.write_bytes(damaged)
            kept.change("encrypt")
            assert look_at_encryption(kept.places).plain == []
        assert kept_rows(kept) == expected

    def test_one_that_no_key_opens_is_left(self, tmp_path):
        kept = prepared(tmp_path, "rotate")
        foreign = kept.backups.all()[0].path
        foreign.write_bytes(os.urandom(8192))
        changed = Encryption(kept.places, kept.unlocked()).rotate(str)
        assert (changed.rewritten, changed.removed, changed.left) == (1, 0, 1)
        assert foreign.exists()

    def test_a_plain_one_from_elsewhere_is_encrypted_when_it_is_restored(self, tmp_path):
        kept = prepared(tmp_path, "encrypt")
        plain = kept.backups.all()[0]
        content = plain.path.read_bytes()
        expected = kept_rows(kept)
        kept.change("encrypt")
        plain.path.write_bytes(content)
        assert look_at_encryption(kept.places).unfinished
        kept.unlocked()
        restore(kept.places.database, plain, kept.backups, NOW)
        assert is_encrypted(kept.places.database)
        assert kept_rows(kept) == expected

    def test_one_made_after_is_encrypted_and_can_be_restored(self, tmp_path):
        kept = prepared(tmp_path, "rotate")
        expected = kept_rows(kept)
        with DeskDatabase.open(kept.places.database) as db:
            made = kept.backups.make(db, "asked", NOW)
            db.facts.add("later", 2.0)
        assert is_encrypted(made.path)
        restore(kept.places.database, made, kept.backups, NOW)
        assert kept_rows(kept) == expected


class TestFirstStart:
    def test_a_keyring_takes_the_key_and_nothing_is_asked(self, tmp_path):
        kept = Kept(tmp_path)
        use_keys(DataKeys(kept.keyring, first=kept.places.database, ask=lambda _: pytest.fail("asked")))
        with DeskDatabase.open(kept.places.make().database) as db:
            db.facts.add("alive", 1.0)
        assert is_encrypted(kept.places.database)
        assert len(kept.keyring.all()) == 1
        kept.unlocked()
        with DeskDatabase.open(kept.places.database) as db:
            assert [fact.text for fact in db.facts.all()] == ["alive"]

    def test_without_a_keyring_it_is_plain_and_says_how_to_encrypt(self, tmp_path):
        kept = Kept(tmp_path)
        use_keys(DataKeys(None, first=kept.places.database))
        DeskDatabase.open(kept.places.make().database).close()
        state = look_at_encryption(kept.places)
        assert (state.encrypted, state.keeper, state.unfinished) == (False, None, False)
        assert "llama-desk privacy encrypt" in encryption_in_words(state)

    def test_a_database_for_once_takes_no_key(self, tmp_path):
        """As the self-test of a model makes one: nobody would ever take its key out of the keyring again."""
        kept = Kept(tmp_path)
        kept.unlocked()
        DeskDatabase.open(tmp_path / "scratch" / "desk.sqlite").close()
        assert not is_encrypted(tmp_path / "scratch" / "desk.sqlite")
        assert not kept.keyring.all()

    def test_who_chose_plain_gets_plain(self, tmp_path):
        kept = Kept(tmp_path)
        Encryption(kept.places.make(), kept.unlocked()).decrypt(str)
        DeskDatabase.open(kept.places.database).close()
        assert not is_encrypted(kept.places.database)
        assert "as you chose" in encryption_in_words(look_at_encryption(kept.places))

    def test_a_plain_database_that_is_there_stays_plain(self, tmp_path):
        kept = Kept(tmp_path)
        DeskDatabase.open(kept.places.make().database).close()
        kept.unlocked()
        DeskDatabase.open(kept.places.database).close()
        assert not is_encrypted(kept.places.database)
        assert not kept.keyring.all()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_the_note_holds_no_key_and_is_for_its_owner_alone(tmp_path):
    kept = prepared(tmp_path, "rotate under a passphrase")
    for file in (kept.places.key_note, *kept.places.home.glob("desk.key-*")):
        assert file.stat().st_mode & 0o777 == 0o600
    [key] = kept.unlocked().read(kept.places.home, read_note(kept.places.home)).known
    for content in tree(kept).values():
        assert key not in content
        assert key.hex().encode() not in content
    assert PASSPHRASE not in kept.places.key_note.read_text()


def test_an_encrypted_file_is_none_to_python_s_own_sqlite(tmp_path):
    kept = prepared(tmp_path, "rotate")
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        sqlite3.connect(kept.places.database).execute("SELECT * FROM facts")


def test_a_write_ahead_log_left_by_a_kill_is_read_while_the_key_is_changed(tmp_path):
    kept = prepared(tmp_path, "rotate")
    note = read_note(kept.places.home)
    second = "desk-second"
    kept.keyring.set(second, new_key())
    names = [second, *note.names]
    kept.places.key_note.write_text(KeyNote(keeper="keyring", changing=True, names=names).model_dump_json())
    kept.unlocked()
    with DeskDatabase.open(kept.places.database) as db:
        db.facts.add("in the log alone", 3.0)
        copies = {name: (kept.places.home / name).read_bytes() for name in ("desk.sqlite", "desk.sqlite-wal")}
    for name, content in copies.items():
        (kept.places.home / name).write_bytes(content)
    with DeskDatabase.open(kept.places.database) as db:
        assert "in the log alone" in {fact.text for fact in db.facts.all()}


def test_json_of_the_note_is_small_and_plain(tmp_path):
    kept = prepared(tmp_path, "rotate under a passphrase")
    noted = json.loads(kept.places.key_note.read_text())
    assert (noted["keeper"], noted["changing"], noted["scrypt"]["n"]) == ("passphrase", False, CHEAP.n)
