"""Errors of the disk, told so that a person can act: the path, what happened, what to do."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mcreports.errors import DataError, PublishError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ADVICE = {
    errno.ENOSPC: "free some space on this disk, then run again",
    errno.EDQUOT: "raise this user's quota or free some space, then run again",
    errno.EROFS: "mount it writable, or choose another place with --output",
    errno.EACCES: "make it writable for this user, or choose another place with --output",
    errno.EPERM: "make it writable for this user, or choose another place with --output",
    errno.EIO: "check this disk, or choose another place with --output",
    errno.EMFILE: "raise the limit on open files (ulimit -n), then run again",
    errno.ENFILE: "close other programs or raise the system's limit on open files, then run again",
    errno.EEXIST: "it is in the way: move it, then run again",
    errno.ENOTDIR: "a file or a dead link is in the way: move it, then run again",
    errno.EISDIR: "a directory is in the way: move it, then run again",
    errno.ELOOP: "a link is in the way: move it, then run again",
}
OF_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}


@contextmanager
def explain(directory: Path) -> Iterator[None]:
    """Every OSError and DataError inside comes out as a PublishError about the directory."""
    try:
        yield
    except OSError as error:
        raise _publish_error(directory, error) from error
    except DataError as error:
        raise PublishError(str(error)) from error


@contextmanager
def explain_disk(directory: Path) -> Iterator[None]:
    """A disk that is full, failing or read-only, and an OSError below the directory, come out as a PublishError."""
    try:
        yield
    except OSError as error:
        # Whoever fills the directory may also talk to servers, whose errors are OSErrors too.
        named = error.filename
        is_below = isinstance(named, str) and named.startswith(f"{directory}{os.sep}")
        if error.errno not in OF_THE_DISK and not is_below:
            raise
        raise _publish_error(directory, error) from error


def _publish_error(directory: Path, error: OSError) -> PublishError:
    # Of two names the second is the one that was to be made.
    named = error.filename2 or error.filename
    path = os.fsdecode(named) if isinstance(named, str | bytes) else str(directory)
    happened = error.strerror or str(error)
    advice = _ADVICE.get(error.errno or 0, "see to it, then run again")
    return PublishError(f"{path}: cannot publish: {happened}; {advice}; what was published before stands")
