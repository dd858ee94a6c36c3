"""Providers: a block is only believed where something else could be reached."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time

import pytest

from mcreports.checks import Status
from mcreports.operations.egress.direct import Attempt, Tried, attempt
from mcreports.operations.egress.verdicts import judge_direct
from mcreports.places.addresses import Place, provider

HERE = "127.0.0.1"
ELSEWHERE = Tried(Place("gateway", "192.0.2.1", 1), (Attempt("192.0.2.1", True, "connected"),))  # a value: never asked


@pytest.fixture
def listening():
    with socket.create_server((HERE, 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def control(listening):
    return attempt([Place("gateway", HERE, listening)], 1.0)


def verdict(tried, controls):
    (one,) = judge_direct(tried, controls)
    return one


def test_a_provider_that_takes_a_connection_fails(listening, control):
    found = verdict(attempt([provider(f"{HERE}:{listening}")], 1.0), control)
    assert found.status is Status.FAIL
    assert f"{HERE}: connected" in found.reason


def test_a_provider_that_refuses_is_blocked_where_a_gateway_was_reached(free_port, control):
    assert verdict(attempt([provider(f"{HERE}:{free_port()}")], 1.0), control).status is Status.PASS


def test_a_provider_that_never_answers_is_blocked_and_waited_for_no_longer_than_the_deadline(control):
    with socket.socket() as full:
        full.bind((HERE, 0))
        full.listen(0)
        port = full.getsockname()[1]
        with socket.create_connection((HERE, port)):  # its queue is full now, and it takes no more
            started = time.monotonic()
            tried = attempt([provider(f"{HERE}:{port}")], 0.3)
            assert time.monotonic() - started < 0.8
    assert tried[0].attempts[0].words == "no connection within 0.3 s"
    assert verdict(tried, control).status is Status.PASS


def test_a_block_is_unknown_where_no_gateway_was_reached(free_port):
    nothing = attempt([Place("gateway", HERE, free_port())], 1.0)
    found = verdict(attempt([provider(f"{HERE}:{free_port()}")], 1.0), nothing)
    assert found.status is Status.UNKNOWN
    assert "no gateway can be reached from here" in found.reason


def test_a_gateway_on_this_machine_does_not_prove_a_network(control):
    blocked = Tried(Place("p", "192.0.2.7", 443), (Attempt("192.0.2.7", False, "network is unreachable"),))
    assert verdict([blocked], control).status is Status.UNKNOWN
    assert verdict([blocked], [*control, ELSEWHERE]).status is Status.PASS


def test_a_name_that_does_not_resolve_is_no_block(control):
    found = verdict(attempt([provider("provider.invalid:443")], 3.0), control)
    assert (found.status, found.value) == (Status.UNKNOWN, None)
    assert found.reason == "the name does not resolve here; nothing was tried"


def test_without_providers_the_setting_is_named(control):
    found = verdict([], control)
    assert (found.status, found.reason) == (Status.UNKNOWN, "egress.providers is not set")


def test_a_port_that_takes_connections_and_drops_them_is_neither_reached_nor_blocked_for_tls(control):
    with socket.create_server((HERE, 0)) as listener:

        def drop():
            connection, _ = listener.accept()
            with connection:
                connection.recv(1)

        threading.Thread(target=drop, daemon=True).start()
        tried = attempt([provider(f"https://{HERE}:{listener.getsockname()[1]}")], 1.0)
    found = verdict(tried, control)
    assert found.status is Status.UNKNOWN
    assert "before TLS" in found.reason


@pytest.mark.parametrize("is_tls", [True, False])
def test_whoever_answers_a_tls_handshake_in_any_way_is_there(control, tmp_path, is_tls):
    files = tmp_path / "key.pem", tmp_path / "cert.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run([*words, "-subj", "/CN=x", "-keyout", files[0], "-out", files[1]], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files[1], files[0])
    with socket.create_server((HERE, 0)) as listener:

        def answer():
            connection, _ = listener.accept()
            with connection:
                if is_tls:
                    context.wrap_socket(connection, server_side=True).close()
                else:
                    connection.recv(4096)
                    connection.sendall(b"HTTP/1.1 400 plain\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        tried = attempt([provider(f"https://{HERE}:{listener.getsockname()[1]}")], 2.0)
    assert verdict(tried, control).status is Status.FAIL
