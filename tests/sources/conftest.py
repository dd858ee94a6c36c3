"""A server played on a raw socket, act by act: it can break every rule of HTTP."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from mcreports.settings import SourceSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Act = Callable[[socket.socket], None]

MATRIX = {"status": "success", "data": {"resultType": "matrix", "result": []}}


@dataclass
class Stage:
    """What was played: the address, and each request as it came."""

    url: str
    requests: list[bytes] = field(default_factory=list)

    def settings(self, **changes: object) -> SourceSettings:
        """A source on this stage, in a hurry."""
        return SourceSettings(**{"url": self.url, "deadline": 0.6, "max_mb": 1, "reader": "query", **changes})  # type: ignore[arg-type]


@pytest.fixture
def play() -> Iterator[Callable[..., Stage]]:
    """Plays one act for each connection, the last one again and again."""
    listeners: list[socket.socket] = []

    def start(*acts: Act) -> Stage:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        stage = Stage(f"http://127.0.0.1:{listener.getsockname()[1]}")
        threading.Thread(target=_serve, args=(listener, stage, acts), daemon=True).start()
        return stage

    yield start
    for listener in listeners:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _serve(listener: socket.socket, stage: Stage, acts: tuple[Act, ...]) -> None:
    for number in range(10_000):
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        act = acts[min(number, len(acts) - 1)]
        threading.Thread(target=_act, args=(connection, stage, act), daemon=True).start()


def _act(connection: socket.socket, stage: Stage, act: Act) -> None:
    with connection, contextlib.suppress(OSError):
        stage.requests.append(whole_request(connection))
        act(connection)


def whole_request(connection: socket.socket) -> bytes:
    """The request with all of its body: who closes before it is read may cut off its own answer."""
    request = b""
    while True:
        head, end, body = request.partition(b"\r\n\r\n")
        lines = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        if end and len(body) >= sum(int(line[15:]) for line in lines):
            return request
        part = connection.recv(65536)
        request += part
        if not part or not request[:1].isalpha():  # gone, or a TLS handshake, of which there is no more to come
            return request


@pytest.fixture
def say() -> Callable[..., Act]:
    """An act that answers with a status, headers and a body; a body that is not bytes travels as JSON."""

    def make(body: object = MATRIX, status: int = 200, **headers: str) -> Act:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        names = {"Content-Type": "application/json", "Content-Length": str(len(raw)), "Connection": "close"}
        names.update({name.replace("_", "-"): value for name, value in headers.items()})
        lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in names.items() if value)]
        return lambda connection: connection.sendall("\r\n".join([*lines, "", ""]).encode() + raw)

    return make
