"""The tools that ship, in the order in which a model is told of them."""

from tools.desk_tools.calendar_tools import (
    calendar_cancel,
    calendar_create,
    calendar_find_free,
    calendar_list,
    calendar_move,
)
from tools.desk_tools.file_tools import files_open, files_search, files_summarise
from tools.desk_tools.inbox_tools import (
    inbox_action_items,
    inbox_digest,
    inbox_draft_reply,
    inbox_recent,
    inbox_search,
)
from tools.desk_tools.memory_tools import remember
from tools.registry import Tool

SHIPPED: tuple[Tool, ...] = (
    calendar_create,
    calendar_list,
    calendar_find_free,
    calendar_move,
    calendar_cancel,
    inbox_recent,
    inbox_search,
    inbox_digest,
    inbox_action_items,
    inbox_draft_reply,
    files_search,
    files_summarise,
    files_open,
    remember,
)

__all__ = ["SHIPPED"]
