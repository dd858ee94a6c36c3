"""One failover at a time: two that cut gateways off at once would leave none."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from mcreports.errors import McreportsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK = ".egress.lock"


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Hold the directory of results for one failover; a McreportsError if another is under way."""
    lock = FileLock(directory / LOCK, timeout=0)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        msg = f"{directory / LOCK}: another egress check --failover is under way; nothing was cut off, wait for its end"
        raise McreportsError(msg) from error
    except OSError as error:
        msg = f"{directory / LOCK} cannot be written: {error.strerror}; nothing was cut off"
        raise McreportsError(msg) from error
    try:
        yield
    finally:
        lock.release()
