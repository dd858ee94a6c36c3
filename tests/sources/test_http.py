"""The transport faults, played on raw sockets, for GET and POST alike."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import struct
import subprocess
import threading
import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from prometheus_api_client import PrometheusConnect

from mcreports.errors import SettingsError, SourceError, UnreachableError, UsageError
from mcreports.settings import SourceSettings
from mcreports.sources.access import Access
from mcreports.sources.http import StrictSession
from tests.sources.conftest import whole_request

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GOOD = b'{"status": "success", "data": {"resultType": "matrix", "result": []}}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ERRAND = "mc_tenant_cost_total_usd for 2025-10-01..2025-11-01"


@pytest.fixture(params=["GET", "POST"])
def ask(request: pytest.FixtureRequest) -> Callable[[SourceSettings], list[object]]:
    """Asks one query through prometheus-api-client, as GET and as POST."""

    def query(settings: SourceSettings) -> list[object]:
        access = Access.of(settings)
        with StrictSession(access, ERRAND, wants="matrix") as session:
            client = PrometheusConnect(access.url, session=session, method=request.param)
            found: list[object] = client.custom_query("up[1m]")
            return found

    return query


def _close(_connection: socket.socket) -> None:
    pass


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _send(*parts: bytes, every: float = 0.0) -> Callable[[socket.socket], None]:
    def act(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
            time.sleep(every)

    return act


def _stall(connection: socket.socket) -> None:
    time.sleep(0.9)
    connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(GOOD) + GOOD[:20])
    time.sleep(2)


def _drip(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(GOOD))
    for byte in GOOD:
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


FAULTS = {
    "empty reply": (_close, "closed connection without response"),
    "reset": (_reset, "reset by peer"),
    "short Content-Length": (_send(HEAD + b"Content-Length: 999\r\n\r\n" + GOOD), "IncompleteRead"),
    "JSON cut off": (_send(HEAD + b"Content-Length: 20\r\n\r\n" + GOOD[:20]), "JSON is cut off"),
    "chunk cut off": (_send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n80\r\n" + GOOD), "IncompleteRead|invalid|ended"),
    "chunk of nonsense": (_send(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + GOOD), "chunk|invalid literal"),
    "not HTTP": (_send(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "SSH"),
    "endless header": (_send(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 70_000 + b"\r\n\r\n"), "header line"),
    "HTML login page": (
        _send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html>Log in"),
        "got text/html, wanted JSON",
    ),
    "empty body": (_send(HEAD + b"Content-Length: 0\r\n\r\n"), "empty body"),
    "headers never come": (lambda _: time.sleep(2), "in time"),
    "headers byte by byte": (_send(*[b"%c" % sign for sign in HEAD], every=0.05), "in time"),
    "body byte by byte": (_drip, "in time"),
    "corrupt gzip": (
        _send(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(GOOD)[:-9] + b"123456789"),
        "corrupt gzip",
    ),
    "gzip cut off": (_send(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(GOOD)[:-9]), "corrupt gzip"),
    "not gzip": (_send(HEAD + b"Content-Encoding: gzip\r\n\r\n" + GOOD), "corrupt gzip"),
    "brotli": (_send(HEAD + b"Content-Encoding: br\r\n\r\n" + GOOD), "only gzip"),
    "503 with HTML": (
        _send(b"HTTP/1.1 503 No\r\nContent-Type: text/html\r\n\r\n<h1>down</h1>"),
        "HTTP 503.*page of text/html",
    ),
    "504 with HTML": (_send(b"HTTP/1.1 504 No\r\nContent-Type: text/html\r\n\r\n<h1>slow</h1>"), "HTTP 504"),
    "429": (_send(b"HTTP/1.1 429 No\r\n\r\nslow down"), "HTTP 429"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_transport_fault_ends_in_time_as_unreachable_and_names_host_metric_and_period(ask, play, fault):
    act, words = FAULTS[fault]
    stage = play(act)
    started = time.monotonic()
    with pytest.raises(UnreachableError, match=words) as caught:
        ask(stage.settings())
    assert time.monotonic() - started < 1.2
    assert stage.url in str(caught.value)
    assert ERRAND in str(caught.value)
    assert caught.value.exit_code == 75


@pytest.mark.parametrize(
    "fault", sorted(FAULTS.keys() - {"headers never come", "headers byte by byte", "body byte by byte"})
)
def test_a_transport_fault_that_passes_is_survived(ask, play, say, fault):
    stage = play(FAULTS[fault][0], say())
    assert ask(stage.settings(deadline=5)) == []
    assert len(stage.requests) == 2


def test_a_body_that_stalls_does_not_start_the_clock_again(ask, play):
    started = time.monotonic()
    with pytest.raises(UnreachableError, match="in time"):
        ask(play(_stall).settings(deadline=1))
    assert time.monotonic() - started < 1.6


def test_a_slow_answer_within_the_deadline_is_good(ask, play):
    half = len(GOOD) // 2
    parts = HEAD + b"Content-Length: %d\r\n\r\n" % len(GOOD), GOOD[:half], GOOD[half:]
    assert ask(play(_send(*parts, every=0.1)).settings(deadline=5)) == []


def test_a_refused_connection_is_unreachable(ask):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(UnreachableError, match="Connection refused"):
        ask(SourceSettings(url=f"http://127.0.0.1:{port}", deadline=0.6))


def test_a_host_without_an_address_is_unreachable(ask):
    with pytest.raises(UnreachableError, match=r"http://nowhere\.invalid:9090: .*(resol|known|name)"):
        ask(SourceSettings(url="http://nowhere.invalid:9090", deadline=0.6))


def test_a_redirect_to_another_host_is_refused_and_never_followed(ask, play, say):
    other = play(say())
    stage = play(say(b"", 302, Location=f"{other.url}/api/v1/query"))
    with pytest.raises(UnreachableError, match=f"redirects to another host, {other.url}"):
        ask(stage.settings(org_id="secret-org"))
    assert other.requests == []
    assert len(stage.requests) == 1


def test_a_redirect_on_the_same_host_keeps_the_question(ask, play, say):
    stage = play(say(b"", 307, Location="/moved/api/v1/query?query=up"), say())
    assert ask(stage.settings()) == []
    assert stage.requests[1].split()[:2] == [stage.requests[0].split()[0], b"/moved/api/v1/query?query=up"]


def test_a_redirect_loop_ends(ask, play, say):
    stage = play(say(b"", 302, Location="/again"))
    with pytest.raises(UnreachableError, match="loop"):
        ask(stage.settings())
    assert len(stage.requests) == 6


def test_a_redirect_to_nowhere_is_an_error(ask, play, say):
    with pytest.raises(UnreachableError, match="without saying where"):
        ask(play(say(b"", 302)).settings())


def test_a_gzip_bomb_is_not_unpacked(ask, play):
    bomb = gzip.compress(b" " * 200_000_000)
    stage = play(_send(HEAD + b"Content-Encoding: gzip\r\n\r\n" + bomb))
    tracemalloc.start()
    with pytest.raises(UnreachableError, match="body over 1 MB"):
        ask(stage.settings(deadline=5))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000
    assert len(stage.requests) == 1


def test_a_body_without_end_is_not_read(ask, play):
    stage = play(_send(HEAD + b"\r\n", *[b" " * 100_000] * 50))
    with pytest.raises(UnreachableError, match="body over 1 MB"):
        ask(stage.settings(deadline=5))


def test_a_gzipped_answer_is_read(ask, play):
    assert ask(play(_send(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(GOOD))).settings()) == []


def test_retry_after_an_hour_is_capped_by_the_deadline(ask, play, say):
    stage = play(say(b"later", 503, Content_Type="text/plain", Retry_After="3600"))
    started = time.monotonic()
    with pytest.raises(UnreachableError, match="HTTP 503: later"):
        ask(stage.settings())
    assert time.monotonic() - started < 1.0
    assert len(stage.requests) == 1


def test_retry_after_a_second_is_waited_for(ask, play, say):
    stage = play(say(b"later", 503, Content_Type="text/plain", Retry_After="1"), say())
    started = time.monotonic()
    assert ask(stage.settings(deadline=5)) == []
    assert 1.0 <= time.monotonic() - started < 2.0


def test_the_question_of_a_post_travels_in_its_body(play, say):
    stage = play(say())
    with StrictSession(Access.of(stage.settings()), ERRAND, wants="matrix") as session:
        PrometheusConnect(stage.url, session=session, method="POST").custom_query("up[1m]", {"time": "7"})
    head, _, body = stage.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /api/v1/query HTTP/1.1")
    assert set(body.split(b"&")) == {b"query=up%5B1m%5D", b"time=7", b"partial_response=false", b"nocache=1"}


def test_proxies_and_netrc_of_the_environment_are_not_used(ask, play, say, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login alice password s3cret", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    stage = play(say())
    assert ask(stage.settings()) == []
    assert b"Authorization" not in stage.requests[0]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for localhost that signs itself, with its key in the same file."""
    file = tmp_path / "own.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    words += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"]
    subprocess.run(
        [*words, "-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "cert")], check=True, capture_output=True
    )
    file.write_bytes((tmp_path / "key").read_bytes() + (tmp_path / "cert").read_bytes())
    return file


@pytest.fixture
def secure(certificate: Path):
    """A TLS server that counts its calls and answers well; it asks for a client certificate if told to."""
    calls: list[int] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.load_verify_locations(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                calls.append(1)
                try:
                    with context.wrap_socket(connection, server_side=True) as wrapped:
                        whole_request(wrapped)
                        wrapped.sendall(HEAD + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(GOOD) + GOOD)
                except OSError:
                    connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://localhost:{listener.getsockname()[1]}", calls, context
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_a_last_try_that_the_deadline_cuts_off_does_not_hide_what_the_one_before_found(ask, play):
    stage = play(_send(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), lambda _: time.sleep(2))
    with pytest.raises(UnreachableError, match=r"SSH.*; then no whole answer in time"):
        ask(stage.settings())


def test_a_certificate_of_nobody_is_refused_once_and_for_all(ask, secure):
    url, calls, _ = secure
    with pytest.raises(UnreachableError, match=f"{url}: .*TLS.*self-signed"):
        ask(SourceSettings(url=url, deadline=2))
    assert len(calls) == 1


def test_the_settings_authority_is_trusted(ask, secure, certificate):
    assert ask(SourceSettings(url=secure[0], deadline=2, ca_file=certificate)) == []


def test_a_client_certificate_is_shown(ask, secure, certificate):
    url, _, context = secure
    context.verify_mode = ssl.CERT_REQUIRED
    assert ask(SourceSettings(url=url, deadline=2, ca_file=certificate, cert_file=certificate)) == []


def test_a_certificate_for_another_name_is_refused(ask, secure, certificate):
    with pytest.raises(UnreachableError, match="TLS"):
        ask(SourceSettings(url=secure[0].replace("localhost", "127.0.0.1"), deadline=2, ca_file=certificate))


@pytest.mark.parametrize("setting", ["ca_file", "cert_file"])
def test_a_certificate_file_that_is_none_is_named(ask, setting, tmp_path):
    file = tmp_path / "nothing.pem"
    file.write_text("not a certificate", encoding="utf-8")
    with pytest.raises(SettingsError, match=f"source.{setting} {file}"):
        ask(SourceSettings(url="https://localhost:1", **{setting: file}))


def test_plain_http_where_tls_is_expected_is_not_tried_again(ask, play, say):
    stage = play(say())
    with pytest.raises(UnreachableError, match="TLS"):
        ask(stage.settings(url=stage.url.replace("http:", "https:"), deadline=2))


def test_a_handshake_that_never_comes_ends_in_time(ask, play):
    stage = play(lambda _: time.sleep(2))
    started = time.monotonic()
    with pytest.raises(UnreachableError, match="in time"):
        ask(stage.settings(url=stage.url.replace("http:", "https:")))
    assert time.monotonic() - started < 1.2


def test_a_metadata_address_behind_a_name_is_left_before_a_word_is_said(play, say, monkeypatch):
    monkeypatch.setattr("mcreports.sources.wire.refuse_metadata", _refuse)
    stage = play(say())
    with (
        pytest.raises(UsageError, match=r"no to 127.0.0.1"),
        StrictSession(Access.of(stage.settings()), ERRAND) as session,
    ):
        session.get(stage.url)
    assert stage.requests in ([], [b""])


def _refuse(host: str) -> None:
    msg = f"no to {host}"
    raise UsageError(msg)


def test_an_answer_is_parsed_once_and_kept(play, say):
    stage = play(say({"status": "success", "data": [1]}))
    with StrictSession(Access.of(stage.settings()), ERRAND) as session:
        answer = session.get(stage.url)
    assert answer.json() is answer.json()
    assert json.loads(answer.content) == answer.json()


def test_an_undeliverable_question_is_a_source_error():
    with (
        pytest.raises(SourceError, match="lone surrogate"),
        StrictSession(Access.of(SourceSettings(url="http://x")), "m") as session,
    ):
        session.get("http://x", params={"query": "\ud800"})
