"""List the files of a folder that may be read, and say of every other one why not."""

from tools.folder_walk.entries import Entry, WalkLimits
from tools.folder_walk.walk import base_folder, walk

__all__ = ["Entry", "WalkLimits", "base_folder", "walk"]
