"""Chats exported as JSON: each program's form is told by what is in it, and none is trusted."""

from __future__ import annotations

import json
from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.inbox.mails import counts, in_memory, stored, take
from tools.inbox.chat_json import NotAnExport, read_chat_json
from tools.inbox.records import Attachment, Failure, InboxProblem, Person

TELEGRAM = {
    "name": "Ana",
    "type": "personal_chat",
    "id": 77,
    "messages": [
        {"id": 1, "type": "service", "date": "2026-03-03T10:00:00", "date_unixtime": "1772528400", "action": "call"},
        {
            "id": 2,
            "type": "message",
            "date": "2026-03-03T10:05:00",
            "date_unixtime": "1772528700",
            "from": "Ana",
            "from_id": "user7",
            "text": ["un", {"type": "bold", "text": "believ"}, "able: ", {"type": "link", "text": "x.org"}],
        },
        {"id": 3, "type": "message", "date": "2026-03-03T10:06:00", "from": "Bob", "text": "", "photo": "photos/a.jpg"},
        {"id": 4, "type": "message", "date": "x", "from": "Bob", "text": "lost"},
    ],
}
INSTAGRAM = {
    "participants": [{"name": "Zo\u00c3\u00ab"}, {"name": "Bob"}],
    "messages": [
        {"sender_name": "Bob", "timestamp_ms": 1772528701000, "photos": [{"uri": "a/b/1.jpg"}]},
        {"sender_name": "Zo\u00c3\u00ab", "timestamp_ms": 1772528700000, "content": "caf\u00c3\u00a9"},
    ],
    "title": "Zo\u00c3\u00ab",
    "thread_path": "inbox/zoe_1",
}
SIGNAL_ROWS = {
    "conversations": [{"id": "c1", "name": "Ana", "e164": "+491", "serviceId": "s1"}],
    "messages": [
        {"id": "m1", "conversationId": "c1", "type": "incoming", "sent_at": 1772528700000, "sourceServiceId": "s1",
         "body": "Hi", "attachments": [{"fileName": "a.pdf", "contentType": "application/pdf", "size": 9}]},
        {"id": "m2", "conversationId": "c1", "type": "outgoing", "sent_at": 1772528760000, "body": "Hello"},
        {"id": "m3", "conversationId": "c1", "type": "keychange", "sent_at": 1772528760000},
    ],
}  # fmt: skip
SIGNAL_EXPORT = [
    {"date": "2026-03-03T10:05:00", "sender": "Ana", "body": "Hi  ", "quote": "", "attachments": [{"name": "a.pdf"}]},
    {"date": "2026-03-03T10:06:00", "sender": "Me", "body": "Hello  ", "quote": "", "attachments": []},
]
SIGNAL_FRAMES = [
    {"version": "1", "backupTimeMs": "1772528900000"},
    {"recipient": {"id": "1", "self": {}}},
    {"recipient": {"id": "2", "contact": {"e164": "491", "profileGivenName": "Ana", "profileFamilyName": "L"}}},
    {"chat": {"id": "10", "recipientId": "2"}},
    {"chatItem": {"chatId": "10", "authorId": "2", "dateSent": "1772528700000", "incoming": {},
                  "standardMessage": {"text": {"body": "Hi"}, "attachments": [{"pointer": {"fileName": "a.pdf"}}]}}},
    {"chatItem": {"chatId": "10", "authorId": "1", "dateSent": "1772528760000", "outgoing": {},
                  "standardMessage": {"text": {"body": "Hello"}}}},
    {"chatItem": {"chatId": "10", "authorId": "2", "dateSent": "1772528760000", "updateMessage": {}}},
]  # fmt: skip


def read(value, name="export.json"):
    return list(read_chat_json(in_memory(json.dumps(value).encode(), name), UTC))


def lines(values) -> bytes:
    return "\n".join(map(json.dumps, values)).encode()


def test_telegrams_chat():
    first, second, failure = read(TELEGRAM)
    assert (first.date, first.sent_at) == ("2026-03-03T10:05:00+01:00", 1772528700)
    assert (first.sender, first.body, first.chat) == (Person("Ana", "user7"), "unbelievable: x.org", "Ana")
    assert second.attachments == (Attachment("a.jpg", "", None),)
    assert second.date == "2026-03-03T10:06:00"
    assert failure == Failure("export.json, chat Ana", "1 of its messages have no date.")


def test_telegrams_account_has_several_chats():
    found = read({"about": "", "chats": {"list": [TELEGRAM, {**TELEGRAM, "id": 78, "name": "Work"}]}})
    assert {item.chat for item in found if not isinstance(item, Failure)} == {"Ana", "Work"}


def test_instagrams_texts_are_put_right():
    first, second = read(INSTAGRAM)
    assert (first.sender.name, first.body, first.chat) == ("Zoë", "café", "Zoë")
    assert first.date == "2026-03-03T09:05:00+00:00"
    assert (second.sender.name, second.attachments) == ("Bob", (Attachment("1.jpg", "image", None),))


@pytest.mark.parametrize(
    ("data", "author", "zone"),
    [
        (json.dumps(SIGNAL_ROWS).encode(), Person("Ana", "+491"), "+00:00"),
        (lines(SIGNAL_EXPORT), Person("Ana", ""), ""),
        (lines(SIGNAL_FRAMES), Person("Ana L", "491"), "+00:00"),
    ],
    ids=["rows", "signal-export", "frames"],
)
def test_signals_forms(data, author, zone):
    first, second = read_chat_json(in_memory(data, "Ana/data.json"), UTC)
    assert (first.sender, second.sender.name) == (author, "Me")
    assert (first.body, second.body) == ("Hi", "Hello")
    assert first.attachments[0].name == "a.pdf"
    assert first.date == ("2026-03-03T09:05:00" if zone else "2026-03-03T10:05:00") + zone
    assert first.chat.startswith("Ana")


@pytest.mark.parametrize("value", [{}, [], 1, "text", {"messages": []}, {"messages": [{"a": 1}]}, [{"a": 1}], None])
def test_other_json_is_no_export(value):
    with pytest.raises(NotAnExport):
        read(value)


@pytest.mark.parametrize("data", [b"{", b'{"messages": [', b"[" * 100_000, b'{"a": ' + b"1" * 5000 + b"}"])
def test_damaged_json_is_named(tmp_path, db, data):
    (tmp_path / "result.json").write_bytes(data)
    result = take(db, tmp_path / "result.json")
    assert counts(result) == (0, 0, 0, 1)
    assert result.failed[0].reason.endswith(".")


def test_an_edited_message_is_changed_and_the_rest_is_not(tmp_path, db):
    export = tmp_path / "result.json"
    export.write_text(json.dumps(TELEGRAM))
    take(db, export)
    edited = json.loads(json.dumps(TELEGRAM))
    edited["messages"][1]["text"] = "believable"
    edited["messages"].append({"id": 9, "type": "message", "date": "2026-03-04T10:00:00", "from": "Ana", "text": "new"})
    export.write_text(json.dumps(edited))
    assert counts(take(db, export)) == (1, 1, 1, 1)
    assert [message.body for message in stored(db)] == ["believable", "", "new"]
    assert len({message.thread_id for message in stored(db)}) == 1


_KEYS = tuple(
    {key for row in (TELEGRAM, INSTAGRAM, SIGNAL_ROWS, *SIGNAL_FRAMES) for key in row}
    | {key for row in TELEGRAM["messages"] + INSTAGRAM["messages"] + SIGNAL_ROWS["messages"] for key in row}
    | {"chats", "list", "id", "standardMessage", "dateSent", "pointer", "uri", "share"}
)
_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just("1772528700000")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(sorted(_KEYS)), inner, max_size=5)
    ),
    max_leaves=25,
)


@settings(max_examples=60, deadline=None)
@given(_VALUES)
def test_any_json_is_read_or_refused(value):
    try:
        read(value)
    except InboxProblem as problem:
        assert problem.message.endswith(".")
