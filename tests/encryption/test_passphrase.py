"""Keys behind a passphrase: the same passphrase gets the same keys, any other gets a sentence."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from key_changes import CHEAP
from pydantic import ValidationError

from app.desk_files import PASSPHRASE_FILE
from app.encryption.data_keys import DataKeys, ask_passphrase, passphrase_in
from app.encryption.key_note import KeyNote, ScryptCost, write_note
from app.encryption.passphrase import WrongPassphrase, new_cost, read_keys, usable, write_keys
from app.errors import DeskError
from tools.desk_db.keys import new_key
from tools.desk_db.sqlite import CAN_ENCRYPT

pytestmark = pytest.mark.skipif(not CAN_ENCRYPT, reason="there is no SQLCipher here")
KEYS = (b"\x01" * 32, b"\x02" * 32)


@given(passphrase=st.text(min_size=1, max_size=60), other=st.text(max_size=60))
@settings(max_examples=25, deadline=None)
def test_only_the_passphrase_opens_the_file(passphrase, other):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "desk.key-00"
        write_keys(path, KEYS, passphrase, CHEAP)
        assert read_keys(path, passphrase, CHEAP) == KEYS
        if other and other != passphrase:
            with pytest.raises(WrongPassphrase, match="not the one"):
                read_keys(path, f"{passphrase}{other}", CHEAP)


def test_letters_are_the_same_however_a_keyboard_composes_them(tmp_path):
    write_keys(tmp_path / "desk.key-00", KEYS, "Zu\u0308rich am See", CHEAP)
    assert read_keys(tmp_path / "desk.key-00", "Z\u00fcrich am See", CHEAP) == KEYS


def test_another_salt_is_another_key(tmp_path):
    write_keys(tmp_path / "desk.key-00", KEYS, "passphrase", CHEAP)
    with pytest.raises(WrongPassphrase):
        read_keys(tmp_path / "desk.key-00", "passphrase", CHEAP.salted())


def test_a_changed_byte_is_noticed(tmp_path):
    path = tmp_path / "desk.key-00"
    write_keys(path, KEYS, "passphrase", CHEAP)
    whole = path.read_bytes()
    for place in range(0, len(whole), 97):
        changed = bytearray(whole)
        changed[place] ^= 1
        path.write_bytes(changed)
        with pytest.raises(DeskError):
            read_keys(path, "passphrase", CHEAP)


def test_a_file_that_is_gone_is_told_of(tmp_path):
    with pytest.raises(DeskError, match="is gone"):
        read_keys(tmp_path / "desk.key-00", "passphrase", CHEAP)


def test_a_guess_costs_what_owasp_asks_for():
    cost = new_cost()
    assert (cost.n, cost.r, cost.p) == (2**17, 8, 1)
    assert cost.memory == 128 * 2**20
    assert len(bytes.fromhex(cost.salt)) >= 16
    assert new_cost().salt != cost.salt


@pytest.mark.parametrize("wrong", [{"n": 3}, {"n": 2**21, "r": 32}, {"n": 0}, {"salt": "xyz"}, {"salt": ""}])
def test_a_cost_that_no_machine_bears_is_refused(wrong):
    with pytest.raises(ValidationError):
        ScryptCost.model_validate({"salt": "00" * 16} | wrong)


def test_a_short_passphrase_is_refused():
    assert usable("12345678") == "12345678"
    with pytest.raises(DeskError, match="8 characters"):
        usable("1234567")


def test_it_is_asked_for_three_times_on_a_terminal(tmp_path, capsys):
    key = new_key()
    write_keys(tmp_path / "desk.key-00", [key], "the right one", CHEAP)
    note = KeyNote(keeper="passphrase", file="desk.key-00", scrypt=CHEAP)
    write_note(tmp_path, note)
    said = iter(["wrong", "wrong again", "the right one"])
    keys = DataKeys(ask=lambda _: next(said))
    assert keys.read(tmp_path, note).known == (key,)
    assert keys.read(tmp_path, note).known == (key,)
    assert capsys.readouterr().err.count("not the one") == 2
    with pytest.raises(WrongPassphrase):
        DataKeys(ask=lambda _: "wrong").read(tmp_path, note)


def test_a_file_says_it_once(tmp_path, monkeypatch):
    file = tmp_path / "passphrase"
    file.write_text("two words\nand a line that is none of it\n")
    monkeypatch.setenv(PASSPHRASE_FILE, str(file))
    assert ask_passphrase("?") == "two words"
    with pytest.raises(DeskError, match="cannot be read") as told:
        passphrase_in(tmp_path / "absent")
    assert told.value.hint == "Name one that can be."


def test_without_a_terminal_the_variable_is_named(monkeypatch, capfd):
    monkeypatch.delenv(PASSPHRASE_FILE, raising=False)
    with pytest.raises(DeskError, match="no terminal") as caught:
        ask_passphrase("?")
    assert PASSPHRASE_FILE in caught.value.hint
