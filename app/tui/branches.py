"""Going back in a kept conversation: another question, another answer, and the versions beside each other."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from app.conversation.chats import Chat, ShownTurn
from app.conversation.events import AnswerEvent, Confirm
from app.tui.answer_entry import EVERYWHERE, AnswerEntry
from app.tui.entries import Question
from app.tui.prompt import Prompt
from app.tui.prompt_bar import PromptBar

if TYPE_CHECKING:
    from app.tui.desk_screen import DeskScreen

NOT_KEPT = "This is not kept, so there is nothing to go back to. Ask it again below."


class Branches:
    """What is meant is at the cursor, or else the last. What takes longer than a key runs in workers."""

    def __init__(self, screen: DeskScreen) -> None:
        self._screen = screen
        self._edited: Question | None = None

    def edit(self) -> None:
        """Put the question into the prompt; the line that is sent next takes its place."""
        questions = [entry for entry in self._screen.conversation.said_to_cursor() if isinstance(entry, Question)]
        if not questions or questions[-1].kept is None:
            self._screen.notify(NOT_KEPT, markup=False)
            return
        self._edited = questions[-1]
        self._screen.query_one(Prompt).put(" ".join(questions[-1].text.split()))
        self._screen.query_one(PromptBar).show_work("asks this instead · esc leaves it as it was")

    def leave_edited(self) -> bool:
        """Leave the question as it was; False when none is being edited."""
        if self._edited is None:
            return False
        self._edited = None
        self._screen.query_one(Prompt).value = ""
        self._screen.work_changed(0)
        return True

    async def take_edited(self) -> ShownTurn | None:
        """The turn that the question typed now takes the place of, taken off the screen with what came after it."""
        edited, self._edited = self._edited, None
        self._screen.work_changed(0)
        if edited is None or edited.kept is None or not edited.is_attached:
            return None
        await self._screen.conversation.cut(edited)
        return edited.kept

    async def asked_instead(
        self, turn: ShownTurn, question: str, root: Path | None, confirm: Confirm
    ) -> AsyncGenerator[AnswerEvent]:
        """The answer to a question that stands beside another."""
        await self._screen.desk.chats.ask_instead(turn.turn.id)
        async with aclosing(self._screen.desk.request(question, root, confirm)) as events:
            async for event in events:
                yield event

    async def answer_again(self) -> None:
        """Answer the question once more; the answers stand beside each other."""
        entries = self._screen.conversation.said_to_cursor()
        while entries and not isinstance(entries[-1], Question):
            entries.pop()
        if not entries or entries[-1].kept is None:
            self._screen.notify(NOT_KEPT, markup=False)
            return
        question = entries[-1].kept.turn
        after = self._screen.conversation.said()[len(entries) :]
        if after:
            await self._screen.conversation.cut(after[0])
        entry = AnswerEntry(Path(question.said.folder) if question.said.folder else EVERYWHERE)
        await self._screen.conversation.add(entry)
        self._screen.jobs.answer(self._screen.desk.answer_again(question.id, entry.confirm), entry)

    def show_other(self, step: int) -> None:
        """Show the version before or after the one that is shown, of the last turn that has several."""
        kept = [entry.kept for entry in self._screen.conversation.said_to_cursor() if entry.kept is not None]
        several = [one.siblings for one in kept if len(one.siblings.ids) > 1]
        if not several:
            self._screen.notify("There is one version of this. /edit and /again make others.", markup=False)
            return
        wanted = several[-1].next if step > 0 else several[-1].previous
        if wanted is None:
            self._screen.notify("There is no version beyond this one.", markup=False)
            return
        self._screen.jobs.stop_answer()
        self._screen.run_worker(self._go_to(wanted), group="chat", exclusive=True)

    def open(self, conversation_id: int, turn_id: int | None = None) -> None:
        """Show a kept conversation and go on with it, on the branch of the turn if there is one."""
        self._screen.jobs.stop_answer()
        self._screen.run_worker(self._open(conversation_id, turn_id), group="chat", exclusive=True)

    def remove(self, conversation_id: int) -> None:
        """Forget a conversation; an answer that is on its way there is stopped."""
        self._screen.run_worker(self._remove(conversation_id), group="chat")

    def entitle(self, title: str) -> None:
        """Give a title to the conversation at the cursor of the list, or to the one that is shown."""
        self._screen.run_worker(self._entitle(title), group="chat")

    def mark(self) -> None:
        """Say at the last question and its answer what stands beside them."""
        self._screen.run_worker(self._mark(), group="mark", exclusive=True)

    async def _go_to(self, turn_id: int) -> None:
        await self._screen.conversation.show(await self._screen.desk.chats.go_to(turn_id))

    async def _remove(self, conversation_id: int) -> None:
        chats = self._screen.desk.chats
        if chats.current is not None and chats.current.id == conversation_id:
            self._screen.jobs.stop_answer()
            await self._screen.conversation.clear()
        await chats.remove(conversation_id)
        self._screen.places.chats.read_again()

    async def _entitle(self, title: str) -> None:
        places, chats = self._screen.places, self._screen.desk.chats
        if places.here == "chats":
            await places.chats.rename(title)
        elif chats.current is None:
            self._screen.notify("No kept conversation is open here, so there is none to name.", markup=False)
        else:
            renamed = await chats.rename(chats.current.id, title)
            await places.say(f"This conversation is now “{renamed.title}”.")

    async def _open(self, conversation_id: int, turn_id: int | None) -> None:
        chats = self._screen.desk.chats
        chat = await (chats.open(conversation_id) if turn_id is None else chats.go_to(turn_id))
        await self._screen.conversation.show(chat)
        self._screen.ask_about(last_folder(chat))

    async def _mark(self) -> None:
        chats = self._screen.desk.chats
        chat = await chats.shown() if chats.current is not None else None
        if chat is None:
            return
        asked = [place for place, kept in enumerate(chat.turns) if kept.turn.role == "user"]
        entries = self._screen.conversation.said()
        questions = [place for place, entry in enumerate(entries) if isinstance(entry, Question)]
        if not asked or not questions:
            return
        entries[questions[-1]].mark(chat.turns[asked[-1]])
        answers = [kept for kept in chat.turns[asked[-1] :] if kept.turn.role == "assistant"]
        if answers and questions[-1] + 1 < len(entries):
            entries[questions[-1] + 1].mark(answers[-1])


def last_folder(chat: Chat) -> Path | None:
    """The folder that the conversation is about: that of its last question."""
    folders = [kept.turn.said.folder for kept in chat.turns if kept.turn.role == "user"]
    return Path(folders[-1]) if folders and folders[-1] else None
