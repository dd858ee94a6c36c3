"""Gateways that really run and really go away, an entry that fails over between them, and a broken server."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from mcreports.operation_sections import EgressSettings, GatewaySettings
from mcreports.operations.egress.probe import Asking

GATEWAY = """
import json, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Gateway(BaseHTTPRequestHandler):
    def do_GET(self):
        status, body = {"/health": (200, {"status": "healthy"}), "/v1/models": (200, {"models": [1]}),
                        "/v1/node": (200, {"node": sys.argv[1]}),
                        "/v1/chat": (401, {"error": "who are you"})}.get(self.path, (404, {}))
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *words):
        pass

ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Gateway).serve_forever()
"""
CUT = """
import os, sys
os.kill(int(open(sys.argv[1]).read()), 9)
os.unlink(sys.argv[1])
"""
RESTORE = """
import os, socket, subprocess, sys, time
pidfile, script, port = sys.argv[1:]
if not os.path.exists(pidfile):
    gateway = subprocess.Popen([sys.executable, "-IS", script, port], start_new_session=True)
    open(pidfile, "w").write(str(gateway.pid))
for _ in range(200):
    try:
        socket.create_connection(("127.0.0.1", int(port)), 1).close()
        sys.exit(0)
    except OSError:
        time.sleep(0.02)
sys.exit(1)
"""


@dataclass(frozen=True)
class Running:
    """A gateway in a process of its own, and the commands that stop and start it."""

    port: int
    pidfile: Path
    cut: tuple[str, ...]
    restore: tuple[str, ...]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_up(self) -> bool:
        with contextlib.closing(socket.socket()) as one:
            return one.connect_ex(("127.0.0.1", self.port)) == 0

    def settings(self, **changes: Any) -> GatewaySettings:
        return GatewaySettings(**{"url": self.url, "cut": self.cut, "restore": self.restore, **changes})


@pytest.fixture
def free_port() -> Callable[[], int]:
    def find() -> int:
        with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as one:
            return int(one.getsockname()[1])

    return find


@pytest.fixture
def gateway(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Callable[[str], Running]]:
    """Starts a gateway by its own restore command."""
    started: list[Running] = []
    scripts = {}
    for name, text in (("gateway", GATEWAY), ("cut", CUT), ("restore", RESTORE)):
        scripts[name] = tmp_path / f"{name}.py"
        scripts[name].write_text(text)
    python = (sys.executable, "-IS")

    def start(name: str) -> Running:
        port, pidfile = free_port(), tmp_path / f"{name}.pid"
        cut = (*python, str(scripts["cut"]), str(pidfile))
        restore = (*python, str(scripts["restore"]), str(pidfile), str(scripts["gateway"]), str(port))
        subprocess.run(restore, check=True, stdout=subprocess.DEVNULL)
        started.append(Running(port, pidfile, cut, restore))
        return started[-1]

    yield start
    for one in started:
        if one.pidfile.exists():
            os.kill(int(one.pidfile.read_text()), signal.SIGKILL)


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[str], tuple[int, str, bytes]]], str]]:
    """Serves what a function gives for a path: status, media type, body."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Callable[[str], tuple[int, str, bytes]]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, media, body = answer(self.path)
                with contextlib.suppress(OSError):
                    self.send_response(status)
                    self.send_header("Content-Type", media)
                    self.send_header("Content-Length", str(len(body)))
                    if 300 <= status < 400:
                        self.send_header("Location", "http://127.0.0.1:1/health")
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *words: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def entry(serve: Callable[..., str]) -> Callable[..., str]:
    """A proxy that asks one gateway after the other, and gives 502 when none answers."""

    def start(*gateways: Running) -> str:
        def answer(path: str) -> tuple[int, str, bytes]:
            for one in gateways:
                try:
                    with urllib.request.urlopen(one.url + path, timeout=1) as reply:  # noqa: S310 - our own gateway
                        return reply.status, reply.headers["Content-Type"], reply.read()
                except urllib.error.HTTPError as error:
                    with error:
                        return error.code, error.headers["Content-Type"], error.read()
                except OSError:
                    continue
            return 502, "text/plain", b"no gateway"

        return serve(answer)

    return start


@pytest.fixture
def play() -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """Plays one act on a raw socket for each connection."""
    listeners: list[socket.socket] = []

    def start(act: Callable[[socket.socket], None]) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        threading.Thread(target=_accept, args=(listener, act), daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for listener in listeners:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _accept(listener: socket.socket, act: Callable[[socket.socket], None]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, contextlib.suppress(OSError):
            connection.settimeout(2)
            connection.recv(4096)
            act(connection)


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n")
    for _ in range(100):
        connection.sendall(b" ")
        time.sleep(0.05)


@pytest.fixture
def acts() -> dict[str, Callable[[socket.socket], None]]:
    """How a server can fail."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    return {
        "hang": lambda _: time.sleep(1.5),
        "slow byte": drip,
        "huge": lambda one: one.sendall(head + b"Content-Length: 200000\r\n\r\n" + b" " * 200_000),
        "cut off": lambda one: one.sendall(head + b"Content-Length: 90\r\n\r\n{"),
        "not HTTP": lambda one: one.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
        "closed": lambda _: None,
    }


@pytest.fixture
def asking() -> Asking:
    return Asking(0.5)


@pytest.fixture
def egress(tmp_path: Path) -> Callable[..., EgressSettings]:
    """Settings in a hurry."""

    def make(**changes: Any) -> EgressSettings:
        return EgressSettings(**{"timeout": 1.0, "failover": 8.0, "routes": ("/v1/models", "/v1/chat"), **changes})

    return make
