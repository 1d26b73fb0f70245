"""Every action of the screen once: the help, the palette, the slash commands and the keys are all made from this."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """`action` is the screen's, for a command that is given without its argument."""

    name: str
    title: str
    help: str
    action: str
    argument: str = ""
    key: str = ""
    key_label: str = ""
    footer: str = ""
    """The word in the footer; empty keeps the key out of it."""

    @property
    def usage(self) -> str:
        return f"/{self.name} {self.argument}".rstrip()


COMMANDS: tuple[Command, ...] = (
    Command(
        "new",
        "New conversation",
        "Start again with an empty conversation",
        "new_conversation",
        "",
        "ctrl+n",
        "^n",
        "New",
    ),
    Command("folder", "Open a folder", "Pick a folder and summarise it", "pick_folder", "", "ctrl+o", "^o", "Folder"),
    Command(
        "summarise",
        "Summarise a path",
        "Summarise a folder or a file",
        "begin('/summarise ')",
        "PATH [quick] [no-model] [fresh]",
    ),
    Command("ask", "Ask about the folder", "A question about the open folder", "begin('/ask ')", "QUESTION"),
    Command("stop", "Stop the work", "Stop; what is done is kept", "stop", "", "escape", "esc", "Stop"),
    Command("source", "Open a source", "Show the passage behind a mark like [3]", "begin('/source ')", "NUMBER"),
    Command(
        "next",
        "Next sentence",
        "Go to the next sentence and show its source",
        "step_sentence(1)",
        "",
        "ctrl+down",
        "^↓",
    ),
    Command(
        "previous",
        "Previous sentence",
        "Go to the sentence before and show its source",
        "step_sentence(-1)",
        "",
        "ctrl+up",
        "^↑",
    ),
    Command("edit", "Edit the question", "Ask another in its place; both stay", "edit_question", "", "f8", "f8"),
    Command("again", "Answer again", "Another answer beside the one there is", "answer_again", "", "f9", "f9"),
    Command(
        "earlier-version",
        "Earlier version",
        "The question or answer that was here before",
        "other_version(-1)",
        "",
        "alt+left",
        "alt←",
    ),
    Command(
        "later-version", "Later version", "The one that came after it", "other_version(1)", "", "alt+right", "alt→"
    ),
    Command("files", "Show or hide the files", "The folder's files with their states", "toggle_files", "", "f2", "f2"),
    Command("sources", "Show or hide the sources", "The passage behind the sentence", "toggle_sources", "", "f3", "f3"),
    Command(
        "problems",
        "Show only files with a problem",
        "Files not read in full, or all again",
        "toggle_problems",
        "",
        "f4",
        "f4",
    ),
    Command("conversation", "Conversation", "Back to the conversation", "go('conversation')"),
    Command(
        "chats", "Chats", "Those that were kept, or where words were said", "go('chats')", "[WORDS]", "ctrl+t", "^t"
    ),
    Command("title", "Title", "Of this conversation, or of the one in the list", "begin('/title ')", "TITLE"),
    Command("persona", "Persona", "Begin a conversation that it answers", "begin('/persona ')", "NAME"),
    Command("model", "Use another model", "The conversation goes on with it", "pick_model", "[NAME]"),
    Command("adapter", "Change the model by an adapter", "A LoRA file, or none", "begin('/adapter ')", "FILE|none"),
    Command("models", "Models", "Those here and those to be had: use, download", "go('models')", "", "f10", "f10"),
    Command("inbox", "Inbox", "All messages, or those that fit", "go('inbox')", "[WORDS]", "f5", "f5"),
    Command("thread", "Inbox: the message's thread", "The messages that belong together", "thread"),
    Command("to-do", "Inbox: what is to be done", "What messages ask of you, to be ticked", "to_do"),
    Command("tick", "Inbox: tick the action item", "Done, or open again", "tick"),
    Command("calendar", "Calendar", "The week of a day, said in words", "go('calendar')", "[WHEN]", "f6", "f6"),
    Command("next-week", "Calendar: next week", "The week after the one shown", "calendar_week(1)"),
    Command("previous-week", "Calendar: week before", "The week before the one shown", "calendar_week(-1)"),
    Command("cancel-event", "Calendar: cancel the event", "The selected one; asks first", "cancel_event"),
    Command("activity", "Activity", "Everything that was done, to be undone", "go('activity')", "", "f7", "f7"),
    Command(
        "undo",
        "Undo",
        "The latest effect, or the one with this number",
        "undo_latest",
        "[NUMBER]",
        "ctrl+z",
        "^z",
        "Undo",
    ),
    Command("copy", "Copy the last answer", "The last summary or answer with its sources", "copy_last"),
    Command("theme", "Theme: light or dark", "Change between the light and the dark theme", "app.toggle_theme"),
    Command("privacy", "Privacy", "What is enforced, what was blocked, what was read", "privacy"),
    Command("help", "Keys and commands", "This list", "help", "", "f1", "?", "Keys"),
    Command("quit", "Quit", "Stop the work, keep what is done and leave", "app.quit", "", "ctrl+q", "^q"),
)

_ALIASES = {
    "summarize": "summarise",
    "open": "folder",
    "keys": "help",
    "exit": "quit",
    "history": "activity",
}
_BY_NAME = {command.name: command for command in COMMANDS}


def command_named(name: str) -> Command | None:
    name = name.casefold()
    return _BY_NAME.get(_ALIASES.get(name, name))


def commands_starting_with(prefix: str) -> list[Command]:
    return [command for command in COMMANDS if command.name.startswith(prefix.casefold())]
