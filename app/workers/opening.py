"""Opening files on the desk's wish: regular ones, to be read, below what its user pointed at."""

from __future__ import annotations

import errno
import os
import stat

from app.workers.granted import Granted

_FLAGS = os.O_RDONLY
for _name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC"):
    _FLAGS |= getattr(os, _name, 0)


def open_granted(granted: Granted, path: str, *, follow: bool, folder: int | None) -> int:
    """A descriptor of the file at `path`, which is whole or, with `folder` open, a name in there.

    Raises OSError: ENXIO for what is no regular file, EACCES for one that is not granted; and NotGiven.
    """
    if "\0" in path or (("/" in path or path in {"", ".", ".."}) if folder is not None else path[:1] != "/"):
        raise OSError(errno.EINVAL, "not such a path")
    # A device may do something when it is opened, so it is looked at before.
    about = os.stat(path, dir_fd=folder, follow_symlinks=follow)
    if not stat.S_ISREG(about.st_mode) and not stat.S_ISLNK(about.st_mode):
        raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))
    descriptor = os.open(path, _FLAGS | (0 if follow else os.O_NOFOLLOW), dir_fd=folder)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))
        granted.check(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
