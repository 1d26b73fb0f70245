"""Conversations: a tree of turns whatever is done to it, found by its words, and gone without a trace."""

from __future__ import annotations

import signal
import subprocess
import sys
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from tools.conversation_search import search_conversations
from tools.desk_db import DeskDatabase, NewTurn, NoSuchConversation, Summary
from tools.desk_db.conversations import LONGEST_TITLE
from tools.desk_db.sqlite import Database
from tools.sanitise import sanitise


def asked(text: str) -> NewTurn:
    return NewTurn("user", text)


def answered(text: str) -> NewTurn:
    return NewTurn("assistant", text, model="Scripted 1B")


@pytest.fixture
def db(tmp_path: Path):
    ticks = count(1)
    with DeskDatabase.open(tmp_path / "desk.db", clock=lambda: float(next(ticks))) as opened:
        yield opened


def talk(db: DeskDatabase, *texts: str) -> list[int]:
    """A conversation of questions and answers by turns; the ids of its turns."""
    conversation, parent, ids = db.conversations.start(), None, []
    for number, text in enumerate(texts):
        parent = db.conversations.append(conversation.id, answered(text) if number % 2 else asked(text), parent).id
        ids.append(parent)
    return ids


def texts(db: DeskDatabase, leaf: int | None) -> list[str]:
    return [turn.text for turn in db.conversations.path(leaf)]


class TestTurns:
    def test_come_back_as_they_were(self, db):
        conversation = db.conversations.start(persona="brief", instructions="Be brief.\nAlways.", model="Llama 1B")
        said = NewTurn(
            "assistant",
            "The deposit comes back.\n\nWithin 30 days.",
            calls=({"tool": "calendar_create", "arguments": {"title": "Schlüssel"}, "status": "proposed"},),
            sentences=({"sentence": "The deposit comes back.", "citations": [{"path": "a\udcff.txt"}]},),
            folder="/papers\udcff",
            model="Llama 1B",
            tokens=12,
            stopped=True,
        )
        turn = db.conversations.append(conversation.id, said, None)
        assert db.conversations.turn(turn.id).said == said
        assert db.conversations.path(turn.id) == [turn]
        found = db.conversations.get(conversation.id)
        assert (found.persona, found.instructions, found.model) == ("brief", "Be brief.\nAlways.", "Llama 1B")
        assert (found.leaf_id, found.turns, found.title) == (turn.id, 1, "")

    def test_the_first_question_is_the_title_until_another_is_given(self, db):
        first, _ = talk(db, "What did the\nlandlord promise? " + "And " * 40, "Much.")
        conversation = db.conversations.get(db.conversations.turn(first).conversation_id)
        assert conversation.title.startswith("What did the landlord promise? And And")
        assert len(conversation.title) <= LONGEST_TITLE
        assert db.conversations.rename(conversation.id, " The lease\n").title == "The lease"
        db.conversations.append(conversation.id, asked("And the keys?"), conversation.leaf_id)
        assert db.conversations.get(conversation.id).title == "The lease"
        assert db.conversations.rename(conversation.id, " ").title == conversation.title

    def test_an_edited_question_is_a_branch_and_both_stay(self, db):
        question, answer = talk(db, "What is the rent?", "950 euro.")
        conversation = db.conversations.turn(question).conversation_id
        edited = db.conversations.append(conversation, asked("What is the deposit?"), None)
        db.conversations.append(conversation, answered("1,900 euro."), edited.id)
        assert texts(db, db.conversations.get(conversation).leaf_id) == ["What is the deposit?", "1,900 euro."]
        assert db.conversations.siblings(edited.id).ids == (question, edited.id)
        assert db.conversations.siblings(edited.id).position == 2
        assert db.conversations.siblings(edited.id).previous == question
        assert db.conversations.siblings(edited.id).next is None
        assert db.conversations.go_to(question).leaf_id == answer
        assert texts(db, answer) == ["What is the rent?", "950 euro."]

    def test_an_answer_given_again_stands_beside_the_first(self, db):
        question, first, follow_up = talk(db, "What is the rent?", "900 euro.", "Sure?")
        conversation = db.conversations.turn(question).conversation_id
        second = db.conversations.append(conversation, answered("950 euro."), question)
        siblings = db.conversations.siblings(second.id)
        assert (siblings.position, len(siblings.ids), siblings.previous) == (2, 2, first)
        assert db.conversations.go_to(first).leaf_id == follow_up
        assert db.conversations.go_to(second.id).leaf_id == second.id

    def test_of_another_conversation_are_no_parents(self, db):
        (stranger,) = talk(db, "What is the rent?")
        mine = db.conversations.start()
        with pytest.raises(NoSuchConversation, match="not one of conversation"):
            db.conversations.append(mine.id, answered("950 euro."), stranger)
        with pytest.raises(Exception, match="FOREIGN KEY"):
            db.write(
                "INSERT INTO conversation_turns (conversation_id, parent_id, role, text, calls, sentences, folder,"
                " model, tokens, stopped, created_at) VALUES (?, ?, 'user', '', '[]', '[]', '', '', 0, 0, 0)",
                (mine.id, stranger),
            )

    def test_what_is_not_there_is_said(self, db):
        for ask in (
            db.conversations.get,
            db.conversations.remove,
            lambda missing: db.conversations.rename(missing, "x"),
        ):
            with pytest.raises(NoSuchConversation, match="There is no conversation 99"):
                ask(99)
        for ask in (db.conversations.turn, db.conversations.siblings, db.conversations.go_to):
            with pytest.raises(NoSuchConversation, match="There is no turn 99"):
                ask(99)
        assert db.conversations.path(None) == []

    def test_a_path_may_be_longer_than_any_recursion(self, db):
        ids = []
        conversation = db.conversations.start()
        with db.transaction():
            for number in range(3_000):
                ids.append(db.conversations.append(conversation.id, asked(f"n{number}"), ids[-1] if ids else None).id)
        assert [turn.id for turn in db.conversations.path(ids[-1])] == ids
        db.conversations.remove(conversation.id)
        assert db.rows("SELECT count(*) FROM conversation_turns") == [(0,)]

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(text=st.text(st.characters()))
    def test_keep_any_text(self, db, text):
        (turn,) = talk(db, text)
        assert db.conversations.turn(turn).text == sanitise(text)
        with db._connections.transaction() as database:
            database.execute(
                "INSERT INTO conversation_turns_fts (conversation_turns_fts, rank) VALUES ('integrity-check', 1)"
            )

    def test_have_a_summary_of_what_led_to_them(self, db):
        ids = talk(db, "a", "b", "c")
        db.conversations.keep_summary(Summary(ids[1], "Old."))
        db.conversations.keep_summary(Summary(ids[1], "They spoke of a."))
        assert db.conversations.summaries(ids) == [Summary(ids[1], "They spoke of a.")]
        with pytest.raises(NoSuchConversation):
            db.conversations.keep_summary(Summary(99, "x"))


class TestTheList:
    def test_has_the_latest_first_page_by_page(self, db):
        ids = [db.conversations.turn(talk(db, f"question {n}")[0]).conversation_id for n in range(25)]
        db.conversations.append(ids[3], asked("once more"), None)
        wanted = [ids[3], *(each for each in reversed(ids) if each != ids[3])]
        pages, last = [], None
        while page := db.conversations.latest(10, before=last):
            pages.append([each.id for each in page])
            last = page[-1]
        assert [len(page) for page in pages] == [10, 10, 5]
        assert [each for page in pages for each in page] == wanted

    def test_reads_only_its_page(self, db, monkeypatch):
        last = db.conversations.start()
        asked_of_sqlite = []
        rows = db._connections.rows
        monkeypatch.setattr(db._connections, "rows", lambda *query: asked_of_sqlite.append(query) or rows(*query))
        db.conversations.latest(10, before=last)
        ((sql, parameters),) = asked_of_sqlite
        plan = rows(f"EXPLAIN QUERY PLAN {sql}", parameters)
        assert "SEARCH conversations USING INDEX conversations_by_change" in plan[0][3]
        assert not any("TEMP B-TREE" in step[3] for step in plan)


TEXTS = {
    "en": ("The deposit shall be returned within thirty days.", "deposits"),
    "ja": ("来週の会議で予算を決定します。", "予算"),
    "zh": ("下周的开会时间改到星期三。", "开会"),
    "ko": ("다음 주 회의를 준비합니다.", "회의"),
    "th": ("การประชุมงบประมาณจะจัดขึ้นในวันพุธหน้า", "งบประมาณ"),
    "hi": ("अगले सप्ताह बजट की बैठक होगी।", "बैठक"),
}


class TestSearch:
    @pytest.mark.parametrize("language", TEXTS)
    def test_finds_a_turn_in_any_language(self, db, language):
        said = {language: talk(db, text)[0] for language, (text, _) in TEXTS.items()}
        (hit,) = search_conversations(db, TEXTS[language][1])
        assert hit.turn_id == said[language]
        assert hit.snippet == TEXTS[language][0]
        assert hit.title.startswith(TEXTS[language][0][:10])

    def test_finds_every_branch_and_those_with_all_words_first(self, db):
        question, answer = talk(db, "What about the garden fence?", "It is 12 m long. The fence stands.")
        db.conversations.append(
            db.conversations.turn(question).conversation_id, answered("Nothing on the fence."), question
        )
        hits = search_conversations(db, "long fence")
        assert hits[0].turn_id == answer
        assert hits[0].snippet == "It is 12 m long."
        assert len(hits) == 3
        assert [hit.turn_id for hit in search_conversations(db, "fence long", limit=1)] == [answer]

    @given(words=st.text(max_size=30))
    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_takes_any_words(self, db, words):
        search_conversations(db, words)


def anywhere(folder: Path, word: str) -> list[str]:
    """The database's files that hold a word, and the dump of it."""
    found = [path.name for path in folder.iterdir() if word.casefold().encode() in path.read_bytes().lower()]
    database = Database(folder / "desk.db")
    for table in database.table_names():
        rows = database.execute(f"SELECT * FROM [{table}]").fetchall()
        found += ["dump" for row in rows if word.casefold() in str(row).casefold()]
    database.close()
    return found


class TestRemoving:
    def test_leaves_no_trace_of_the_words(self, db, tmp_path):
        secret = "Zanzibarquartz"
        with db.transaction():
            for number in range(200):
                talk(db, f"note number {number}", f"answer number {number}")
        question, answer = talk(db, f"What of {secret}? {'and more ' * 300}", f"Nothing on {secret}.")
        conversation = db.conversations.turn(question).conversation_id
        db.conversations.append(conversation, NewTurn("tool", "", calls=({"query": secret},), folder=secret), answer)
        db.conversations.keep_summary(Summary(answer, f"They spoke of {secret}."))
        assert "dump" in anywhere(tmp_path, secret)
        db.conversations.remove(conversation)
        assert anywhere(tmp_path, secret) == []
        assert search_conversations(db, secret) == []
        assert len(search_conversations(db, "note number 7", limit=1)) == 1
        with pytest.raises(NoSuchConversation):
            db.conversations.get(conversation)

    def test_the_number_is_not_given_again(self, db):
        first = db.conversations.start()
        db.conversations.remove(first.id)
        assert db.conversations.start().id != first.id


WORDS = st.sampled_from(["alpha", "bravo", "charlie", "delta", "echo"])


class Tree(RuleBasedStateMachine):
    """Any sequence of operations, beside a model of what the turns and the active leaves must be."""

    conversations = Bundle("conversations")

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        ticks = count(1)
        self.db = DeskDatabase.open(Path(self.folder.name) / "desk.db", clock=lambda: float(next(ticks)))
        with self.db._connections.exclusive() as database:
            database.execute("PRAGMA synchronous = OFF")
        self.parents: dict[int, dict[int, int | None]] = {}
        self.words: dict[int, str] = {}
        self.leaves: dict[int, int | None] = {}
        self.order: list[int] = []

    @rule(target=conversations)
    def start(self):
        conversation = self.db.conversations.start().id
        self.parents[conversation], self.leaves[conversation] = {}, None
        self.order.append(conversation)
        return conversation

    @rule(
        conversation=conversations, place=st.integers(-1, 30), word=WORDS, role=st.sampled_from(["user", "assistant"])
    )
    def append(self, conversation, place, word, role):
        known = list(self.parents[conversation])
        parent = known[place % len(known)] if known and place >= 0 else None
        turn = self.db.conversations.append(conversation, NewTurn(role, word), parent)
        self.parents[conversation][turn.id] = parent
        self.words[turn.id] = word
        self.leaves[conversation] = turn.id
        self.order.remove(conversation)
        self.order.append(conversation)

    @rule(conversation=conversations, place=st.integers(0, 30))
    def go_to(self, conversation, place):
        parents = self.parents[conversation]
        if parents:
            turn = list(parents)[place % len(parents)]
            below = {turn}
            for each, parent in parents.items():
                if parent in below:
                    below.add(each)
            assert self.db.conversations.go_to(turn).leaf_id == max(below)
            self.leaves[conversation] = max(below)

    @rule(conversation=conversations, place=st.integers(0, 30))
    def summarise(self, conversation, place):
        if known := list(self.parents[conversation]):
            self.db.conversations.keep_summary(Summary(known[place % len(known)], "in short"))

    @rule(target=conversations, conversation=consumes(conversations))
    def remove(self, conversation):
        self.db.conversations.remove(conversation)
        for turn in self.parents.pop(conversation):
            del self.words[turn]
        del self.leaves[conversation]
        self.order.remove(conversation)
        return multiple()

    @invariant()
    def every_conversation_is_the_tree_that_was_made(self):
        listed = self.db.conversations.latest(100)
        assert [each.id for each in listed] == self.order[::-1]
        for conversation, parents in self.parents.items():
            assert {turn.id: turn.parent_id for turn in self.db.conversations.turns(conversation)} == parents
            assert self.db.conversations.get(conversation).leaf_id == self.leaves[conversation]
            for turn in parents:
                path = [turn]
                while (above := parents[path[0]]) is not None:
                    path.insert(0, above)
                assert [each.id for each in self.db.conversations.path(turn)] == path
                siblings = self.db.conversations.siblings(turn)
                assert set(siblings.ids) == {each for each, above in parents.items() if above == parents[turn]}
                assert siblings.ids[siblings.position - 1] == turn

    @invariant()
    def a_word_is_found_where_it_was_said_and_nowhere_else(self):
        for word in ("alpha", "bravo", "charlie", "delta", "echo"):
            found = {hit.turn_id for hit in search_conversations(self.db, word, limit=1000)}
            assert found == {turn for turn, said in self.words.items() if said == word}
        assert self.db.rows("SELECT * FROM pragma_foreign_key_check") == []

    def teardown(self):
        self.db.close()
        self.folder.cleanup()


TestTree = Tree.TestCase
TestTree.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)


_ASKS_FOR_EVER = """
import sys
from pathlib import Path
from tools.desk_db import DeskDatabase, NewTurn
db = DeskDatabase.open(Path(sys.argv[1]))
conversation, parent = db.conversations.start(), None
while True:
    parent = db.conversations.append(conversation.id, NewTurn("user", "What is the rent?"), parent).id
    print(parent, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_what_was_asked_survives_a_kill(tmp_path):
    path = tmp_path / "desk.db"
    writer = subprocess.Popen(
        [sys.executable, "-c", _ASKS_FOR_EVER, str(path)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        text=True,
    )
    assert writer.stdout is not None
    acknowledged = [int(writer.stdout.readline()) for _ in range(20)]
    writer.send_signal(signal.SIGKILL)
    acknowledged += [int(line) for line in writer.stdout.read().split("\n")[:-1]]
    writer.wait(timeout=10)
    writer.stdout.close()
    with DeskDatabase.open(path) as db:
        (conversation,) = db.conversations.latest()
        assert {turn.id for turn in db.conversations.turns(conversation.id)} >= set(acknowledged)
        assert db.conversations.path(conversation.leaf_id)[0].id == acknowledged[0]
