"""Cutting a gateway off and putting it back, whatever happens in between."""

from __future__ import annotations

import signal
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, NoReturn

from mcreports.errors import McreportsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

STOPS = (signal.SIGTERM, signal.SIGHUP)
LAST_WORDS = 200


@dataclass
class Cut:
    """What became of the two commands: empty where they did what they should."""

    fault: str = ""
    restore_fault: str = field(default="", init=False)


@contextmanager
def cut_off(cut: tuple[str, ...], restore: tuple[str, ...], seconds: float) -> Iterator[Cut]:
    """Run ``cut`` to its end, and ``restore`` at the end: after an error, an interrupt or a request to stop as well."""
    with _stoppable():
        done = Cut()
        try:
            with _deferred():
                done.fault = _run(cut, seconds)
            yield done
        except BaseException as error:
            _put_back(done, restore, seconds)
            if done.restore_fault:
                raise McreportsError(f"a gateway was cut off and is not put back: {done.restore_fault}") from error
            raise
        else:
            _put_back(done, restore, seconds)


def _put_back(done: Cut, restore: tuple[str, ...], seconds: float) -> None:
    with _undisturbed():
        done.restore_fault = _run(restore, seconds)


def _run(words: tuple[str, ...], seconds: float) -> str:
    """Run a command without a shell; why it failed, or nothing.

    What it says goes to a file: a pipe would be waited for as long as whatever it starts lives.
    """
    with TemporaryFile() as said:
        try:
            code = subprocess.run(  # noqa: S603 - the settings' own words, and no shell
                words, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                timeout=seconds, check=False, start_new_session=True,
            ).returncode  # fmt: skip
        except subprocess.TimeoutExpired:
            return f"{words[0]!r} did not end within {seconds:g} s"
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            return f"{words[0]!r} cannot be run: {reason}"
        if code == 0:
            return ""
        said.seek(max(0, said.tell() - LAST_WORDS))
        last = " ".join(said.read().decode("utf-8", "backslashreplace").split())
    return f"{words[0]!r} ended with {code}" + (f": {last}" if last else "")


@contextmanager
def _stoppable() -> Iterator[None]:
    """A request to stop becomes an exception, so that what is open is closed first."""
    with _handlers(dict.fromkeys(STOPS, _stop)):
        yield


@contextmanager
def _deferred() -> Iterator[None]:
    """A request to stop waits for the end of the command: what is half cut off, ``restore`` may not know to mend."""
    asked: list[int] = []
    with _handlers(dict.fromkeys((*STOPS, signal.SIGINT), lambda number, _frame: asked.append(number))):
        yield
    for number in asked[:1]:
        signal.raise_signal(number)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Whoever presses Ctrl-C once more must not leave a gateway cut off.

    The handler does nothing, which a command does not inherit; SIG_IGN would stay with all that it starts.
    """
    with _handlers(dict.fromkeys((*STOPS, signal.SIGINT), _ignore)):
        yield


@contextmanager
def _handlers(wanted: Mapping[signal.Signals, Callable[[int, object], None]]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread is ever interrupted
        return
    before = {number: signal.signal(number, handler) for number, handler in wanted.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + number)


def _ignore(_number: int, _frame: object) -> None:
    pass
