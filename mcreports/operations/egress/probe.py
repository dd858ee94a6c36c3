"""One probe: a request that ends in time, and what came back or why nothing did."""

from __future__ import annotations

import socket
import time
from concurrent.futures import Future, wait
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

import requests
import urllib3.exceptions

from mcreports.errors import SourceError, UsageError
from mcreports.sources.wire import DeadlineAdapter, TooLargeError, read_body

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

Found = TypeVar("Found")

MOST_BYTES = 1 << 16
LONGEST = 160


@dataclass(frozen=True)
class Asking:
    """How every probe asks: for how many seconds at most, and whose certificates it believes."""

    timeout: float
    ca_file: Path | None = None

    @property
    def late(self) -> str:
        """What is said of a probe whose time is over."""
        return f"no whole answer within {self.timeout:g} s"


@dataclass(frozen=True)
class Reply:
    """What one request came back with; without a status ``fault`` says why there is no answer."""

    ms: float
    status: int | None = None
    media: str = ""
    body: bytes = b""
    fault: str = ""
    is_unresolved: bool = False
    headers: frozenset[tuple[str, str]] = frozenset()

    @property
    def words(self) -> str:
        """The reply in a few words."""
        return self.fault or f"HTTP {self.status}, {self.media or 'no media type'}"


def ask(url: str, asking: Asking) -> Reply:
    """GET an address once, on a new connection, following no redirect; whatever happens, it ends in time."""
    started = time.monotonic()
    found = together([lambda: _ask(url, asking, started)], asking.timeout)[0]
    return found or Reply(_since(started), fault=asking.late)


def together(works: Sequence[Callable[[], Found]], seconds: float) -> list[Found | None]:
    """What each work gives, all at once; None for what is not done in time, like a name server that hangs."""
    futures: list[Future[Found]] = [Future() for _ in works]
    for future, work in zip(futures, works, strict=True):
        Thread(target=_hand_over, args=(future, work), daemon=True).start()
    wait(futures, timeout=seconds)
    return [future.result() if future.done() else None for future in futures]


def _hand_over(future: Future[Found], work: Callable[[], Found]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 - raised again where the result is taken
        future.set_exception(error)


def _ask(url: str, asking: Asking, started: float) -> Reply:
    with requests.Session() as session:
        session.trust_env = False
        session.headers.update({"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "mcreports"})
        for scheme in ("http://", "https://"):
            session.mount(scheme, DeadlineAdapter(started + asking.timeout))
        verify = True if asking.ca_file is None else str(asking.ca_file)
        try:
            bare = session.get(url, stream=True, allow_redirects=False, timeout=asking.timeout, verify=verify)
            body = read_body(bare, MOST_BYTES)
        except TooLargeError:
            return Reply(_since(started), fault=f"an answer of more than {MOST_BYTES >> 10} kB")
        except UsageError:
            return Reply(_since(started), fault="its name leads to a metadata or link-local address")
        except SourceError as error:
            return Reply(_since(started), fault=_short(str(error)))
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            return _failed(error, asking, started)
    media = bare.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    headers = frozenset((name.lower(), value) for name, value in bare.headers.items())
    return Reply(_since(started), bare.status_code, _short(media), body, headers=headers)


def _failed(error: Exception, asking: Asking, started: float) -> Reply:
    cause: BaseException = error
    seen = {id(cause)}
    while (inner := cause.__cause__ or cause.__context__) is not None and id(inner) not in seen:
        seen.add(id(inner))
        cause = inner
    if isinstance(cause, socket.gaierror):
        return Reply(_since(started), fault="the name does not resolve here", is_unresolved=True)
    if isinstance(cause, (TimeoutError, urllib3.exceptions.TimeoutError)):
        return Reply(_since(started), fault=asking.late)
    said = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause) or type(cause).__name__
    return Reply(_since(started), fault=_short(str(said)))


def _short(text: str) -> str:
    """What the other side said, on one short line that any file can hold."""
    return " ".join(text.encode(errors="backslashreplace").decode().split())[:LONGEST]


def _since(started: float) -> float:
    return (time.monotonic() - started) * 1000
