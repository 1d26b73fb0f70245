"""The SQLite under the desk database: SQLCipher's own, or Python's where that is not installed.

SQLCipher brings a newer SQLite than most Pythons have (the damage that two writers could do to a database in WAL mode
was mended in 3.51.3), so it serves databases that are not encrypted too. Its exceptions are not those of `sqlite3`:
whoever catches one takes it from here. sqlite-utils takes from a module of the name pysqlite3 what it catches, and so
comes from here as well.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

__all__ = ["CAN_ENCRYPT", "VERSION", "Connection", "Database", "Error", "Migrations", "connect"]

if TYPE_CHECKING:
    import sqlite3 as _driver
else:
    try:
        _driver = importlib.import_module("sqlcipher3.dbapi2")
        sys.modules["pysqlite3"] = sys.modules["pysqlite3.dbapi2"] = _driver
    except ImportError:
        _driver = importlib.import_module("sqlite3")

from sqlite_utils import Database, Migrations

Connection = _driver.Connection
Error = _driver.Error
connect = _driver.connect

CAN_ENCRYPT = _driver.__name__ != "sqlite3"
VERSION: tuple[int, ...] = _driver.sqlite_version_info
