"""What the screen knows of one folder while it is summarised and afterwards."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from app.folder_summary.events import Event, FilesRead, FileSummarised, Finished, Progress
from app.folder_summary.report import Coverage, FileReport, Status
from app.tui.terminal_safety import one_line


@dataclass(slots=True)
class FolderState:
    """The files of a folder that have been heard of, and how far the work is."""

    root: Path
    name: str = field(init=False)
    """"lease/" for a folder, "lease.pdf" for a file; safe to show."""
    rows: dict[str, FileReport] = field(default_factory=dict)
    counts: Counter[Status] = field(default_factory=Counter)
    progress: Progress | None = None
    coverage: Coverage | None = None
    """Set when a run has ended; until then the rows are counted."""

    def __post_init__(self) -> None:
        name = one_line(self.root.name or str(self.root))
        self.name = name if self.root.is_file() or name.endswith(("/", "\\")) else f"{name}/"

    def apply(self, events: list[Event]) -> list[FileReport]:
        """Take in what happened; the rows that are new or changed, in order."""
        changed: dict[str, FileReport] = {}
        for event in events:
            match event:
                case Progress():
                    self.progress = event
                case FilesRead(rows=rows):
                    changed |= {row.path: row for row in rows}
                case FileSummarised(row=row):
                    changed[row.path] = row
                case Finished(report=report):
                    # Mostly all came before, each when it changed: thousands again would hold up the screen.
                    if len(report.files) > len(self.rows):
                        changed |= {row.path: row for row in report.files if row.path not in self.rows}
                    self.coverage = report.coverage
                case _:
                    pass
        self.counts.subtract(self.rows[path].status for path in changed if path in self.rows)
        self.counts.update(row.status for row in changed.values())
        self.rows |= changed
        return list(changed.values())

    def coverage_now(self) -> Coverage:
        """The coverage as reported, or as far as it has come."""
        if self.coverage is not None:
            return self.coverage
        counts = self.counts
        return Coverage(
            files=len(self.rows),
            done=counts["done"],
            partial=counts["partial"],
            skipped=counts["skipped"],
            failed=counts["failed"],
        )
