"""Bytes that no honest server sends, to the readers of bulk: a clear error in time, whatever they claim."""

from __future__ import annotations

import gzip
import json
import time
import tracemalloc
from datetime import UTC, datetime, timedelta

import cramjam
import google_crc32c
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.errors import DataError, McreportsError, SourceError, UnreachableError
from mcreports.metrics import CATALOGUE
from mcreports.sources.answer import AgainError, Answer
from mcreports.sources.export import read_lines
from mcreports.sources.prometheus import PrometheusSource
from mcreports.sources.protobuf import write_field as _field
from mcreports.sources.protobuf import write_varint
from mcreports.sources.sampled import read_sampled
from mcreports.sources.streamed import read_streamed

START = datetime(2025, 10, 1, tzinfo=UTC)
COST = CATALOGUE["budget.cost"]
FIRST = int(START.timestamp() * 1000)
STREAM, PLAIN, LINES = (
    "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse",
    "application/x-protobuf",
    "application/stream+json; charset=utf-8",
)
CONFIG = {"status": "success", "data": {"yaml": "global:\n  scrape_interval: 1m\n"}}


def _number(number: int, value: int) -> bytes:
    return bytes([number << 3]) + write_varint(value)


def _frame(body: bytes) -> bytes:
    return write_varint(len(body)) + google_crc32c.value(body).to_bytes(4, "big") + body


def _labels(**labels: str) -> bytes:
    named = {"__name__": COST.name, "tenant": "T", **labels}
    return b"".join(_field(1, _field(1, name.encode()) + _field(2, value.encode())) for name, value in named.items())


def _chunk(data: bytes, kind: int = 1) -> bytes:
    return _field(2, _number(1, FIRST) + _number(2, FIRST + 1) + _number(3, kind) + _field(4, data))


# one sample at FIRST with the value 1.0
ONE = b"\x00\x01" + write_varint(FIRST << 1) + bytes.fromhex("3ff0000000000000")
SAMPLE = _field(2, b"\x09" + bytes.fromhex("000000000000f03f") + _number(2, FIRST))
GOOD_STREAM = _frame(_field(1, _labels() + _chunk(ONE)))
GOOD_LINE = b'{"metric":{"__name__":"%s","tenant":"T"},"values":[1],"timestamps":[%d]}\n' % (COST.name.encode(), FIRST)


def _snappy(body: bytes) -> bytes:
    return bytes(cramjam.snappy.compress_raw(body))


GOOD_BLOCK = _snappy(_field(1, _field(1, _labels() + SAMPLE)))
GOOD = {"remote-read": (GOOD_STREAM, STREAM), "plain": (GOOD_BLOCK, PLAIN), "export": (GOOD_LINE, LINES)}

# what is wrong, in which answer: the body, and what the error says; the first table may pass, the second may not
PASSING = {
    "a frame cut off": ("remote-read", GOOD_STREAM[:-3], "cut off: a frame says"),
    "a frame's length cut off": ("remote-read", GOOD_STREAM + b"\xff", "within the length"),
    "a wrong checksum": ("remote-read", GOOD_STREAM[:-1] + b"\x01", "checksum is wrong"),
    "a frame of 2**40 bytes": ("remote-read", write_varint(2**40) + bytes(99), "a frame says 1099511627776 bytes"),
    "a length without end": ("remote-read", b"\xff" * 99, "within the length"),
    "no snappy": ("plain", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff", "not snappy"),
    "snappy cut off": ("plain", GOOD_BLOCK[:-3], "cut off or corrupt"),
    "lines cut off": ("export", GOOD_LINE[:-9], "cut off"),
}
LASTING = {
    "65535 samples in 3 bytes": (
        "remote-read", _frame(_field(1, _labels() + _chunk(b"\xff\xff\x00"))), "65535 samples and has 3 bytes",
    ),
    "a chunk that goes on": (
        "remote-read", _frame(_field(1, _labels() + _chunk(b"\x00\x03" + ONE[2:] + b"\x01\xff\xff"))), "a chunk",
    ),
    "a native histogram's chunk": ("remote-read", _frame(_field(1, _labels() + _chunk(ONE, 2))), "native histogram"),
    "a chunk of no kind": ("remote-read", _frame(_field(1, _labels() + _chunk(ONE, 0))), "no kind"),
    "absurd lengths": ("remote-read", _frame(b"\x0a" + write_varint(2**40) + b"x"), "1099511627776 bytes"),
    "a label beyond its series": ("remote-read", _frame(_field(1, b"\x0a\x7fx")), "label"),
    "a label that is no text": ("remote-read", _frame(_field(1, _field(1, _field(1, b"\xff")))), "not text"),
    "the same label twice": ("remote-read", _frame(_field(1, _labels() + _labels() + _chunk(ONE))), "twice"),
    "a group": ("remote-read", _frame(b"\x0b"), "unknown kind"),
    "another metric": ("remote-read", _frame(_field(1, _labels(__name__="up") + _chunk(ONE))), "another metric"),
    "an absurd instant": (
        "remote-read", _frame(_field(1, _labels() + _chunk(b"\x00\x01" + write_varint(2**55) + bytes(8)))), "cannot be",
    ),
    "a histogram in samples": (
        "plain", _snappy(_field(1, _field(1, _labels() + _field(4, b"")))), "native histogram",
    ),
    "absurd lengths in samples": ("plain", _snappy(b"\x0a\xff\xff\xff\xff\xff\x7f"), "are left"),
    "a varint of eleven bytes": ("plain", _snappy(b"\xff" * 11), "does not end"),
    "no line of a series": ("export", b'{"status":"success","data":{}}\n', "not a series"),
    "labels that are no text": ("export", GOOD_LINE.replace(b'"T"', b"7"), "not text"),
    "labels that are no JSON": ("export", GOOD_LINE.replace(b'"T"', b'"T'), "malformed"),
    "fewer values than instants": ("export", GOOD_LINE.replace(b"[1]", b"[]"), "not as many values"),
    "a value that is none": ("export", GOOD_LINE.replace(b"[1]", b'["x"]'), "not a number"),
    "an instant that is none": ("export", GOOD_LINE.replace(b"[%d]" % FIRST, b"[1.5]"), "no whole numbers"),
    "a nested value": ("export", GOOD_LINE.replace(b"[1]", b"[[1]]"), "not a number|not a series"),
    "another metric's line": ("export", GOOD_LINE.replace(COST.name.encode(), b"up"), "another metric"),
}  # fmt: skip


def _fetch(stage, kind, **changes):
    reader = "export" if kind == "export" else "remote-read"
    source = PrometheusSource(stage.settings(reader=reader, **changes))
    return source.fetch(COST, START, START + timedelta(hours=2)).table


@pytest.fixture
def serve(play, say):
    """Plays a server of a kind whose answers of samples are these bodies, the last one again and again."""

    def start(kind, *bodies, **headers):
        media = {"Content_Type": GOOD[kind][1], **headers}
        acts = [body if callable(body) else say(body, **media) for body in bodies]
        return play(*([] if kind == "export" else [say(CONFIG)]), *acts)

    return start


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_answer_is_read(serve, kind):
    table = _fetch(serve(kind, GOOD[kind][0]), kind)
    assert table[["tenant", "value"]].to_numpy().tolist() == [["T", 1.0]]


@pytest.mark.parametrize("kind", GOOD)
def test_a_gzipped_answer_is_read(serve, kind):
    assert len(_fetch(serve(kind, gzip.compress(GOOD[kind][0]), Content_Encoding="gzip"), kind)) == 1


@pytest.mark.parametrize("fault", PASSING)
def test_an_answer_that_is_not_whole_is_asked_for_again_and_then_unreachable(serve, fault):
    kind, body, words = PASSING[fault]
    with pytest.raises(UnreachableError, match=rf"127\.0\.0\.1.*{COST.name} for 2025-10-01.*{words}") as caught:
        _fetch(serve(kind, body), kind)
    assert caught.value.exit_code == 75
    assert len(_fetch(serve(kind, body, GOOD[kind][0]), kind, deadline=5)) == 1


@pytest.mark.parametrize("fault", LASTING)
def test_an_answer_that_cannot_be_is_refused_at_once(serve, fault):
    kind, body, words = LASTING[fault]
    stage = serve(kind, body)
    with pytest.raises(SourceError, match=words) as caught:
        _fetch(stage, kind)
    assert caught.value.exit_code == 1
    assert len(stage.requests) == 1 + (kind != "export")


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("body", [b"<html>Log in", b""])
def test_a_login_page_is_no_answer(serve, kind, body):
    with pytest.raises(UnreachableError, match="got text/html, wanted"):
        _fetch(serve(kind, body, Content_Type="text/html"), kind)


@pytest.mark.parametrize("kind", GOOD)
def test_a_transfer_that_is_cut_off_is_unreachable(serve, kind):
    def cut(connection):
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {GOOD[kind][1]}\r\nTransfer-Encoding: chunked\r\n\r\n80\r\n"
        connection.sendall(head.encode() + GOOD[kind][0])

    with pytest.raises(UnreachableError, match=r"IncompleteRead|invalid|ended"):
        _fetch(serve(kind, cut), kind)


@pytest.mark.parametrize("kind", GOOD)
def test_one_byte_after_the_other_ends_in_time(serve, kind):
    def drip(connection):
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {GOOD[kind][1]}\r\nContent-Length: {len(GOOD[kind][0])}\r\n\r\n"
        connection.sendall(head.encode())
        for byte in GOOD[kind][0]:
            connection.sendall(bytes([byte]))
            time.sleep(0.1)

    started = time.monotonic()
    with pytest.raises(UnreachableError, match="in time"):
        _fetch(serve(kind, drip), kind)
    assert time.monotonic() - started < 1.5


def test_a_snappy_bomb_is_not_unpacked(serve):
    bomb = _snappy(bytes(200_000_000))[:900_000]
    tracemalloc.start()
    with pytest.raises(UnreachableError, match=r"body over 1 MB .*unpacks to 200000000 bytes"):
        _fetch(serve("plain", bomb), "plain", deadline=5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30_000_000


def test_chunks_of_more_samples_than_fit_are_not_unpacked(serve):
    steady = b"\xff\xff" + ONE[2:] + b"\x01" + bytes(17_000)  # the same value at each distance of 1 ms, two bits each
    body = _frame(_field(1, _labels() + _chunk(steady) * 50))
    with pytest.raises(UnreachableError, match="unpacks to 3276750 samples, over 1 MB"):
        _fetch(serve("remote-read", body), "remote-read", deadline=5)


@pytest.mark.parametrize("kind", GOOD)
def test_a_tenant_that_was_not_asked_for_is_refused(serve, kind):
    source = PrometheusSource(
        serve(kind, GOOD[kind][0]).settings(reader="export" if kind == "export" else "remote-read")
    )
    with pytest.raises(DataError, match="'T'"):
        list(source.series(COST, START, START + timedelta(hours=1), ["A"]))


@given(st.sampled_from(sorted(GOOD)), st.data())
def test_any_byte_changed_or_cut_is_samples_or_a_clear_error(kind, data):
    body = bytearray(GOOD[kind][0])
    for at in data.draw(st.lists(st.integers(0, len(body) - 1), max_size=3)):
        body[at] = data.draw(st.integers(0, 255))
    torn = bytes(body)[: data.draw(st.integers(0, len(body)))]
    read = {
        "remote-read": lambda: read_streamed(torn, 10**6),
        "plain": lambda: read_sampled(torn, 10**6),
        "export": lambda: read_lines(Answer(200, {"Content-Type": LINES}, torn)),
    }[kind]
    try:
        columns = read()
    except (McreportsError, AgainError):
        return
    assert len(columns.ts) == len(columns.values) == columns.counts.sum()


@given(st.binary(max_size=60))
def test_any_protobuf_within_a_good_frame_is_samples_or_a_clear_error(inner):
    for body in (
        inner,
        _field(1, inner),
        _field(1, _labels() + inner),
        _field(1, _labels() + _chunk(inner)),
    ):
        try:
            columns = read_streamed(_frame(body), 10**6)
        except SourceError:
            continue
        assert len(columns.ts) == columns.counts.sum()


def test_a_plain_answer_says_all_values_of_the_column(serve):
    line = {
        "metric": {"__name__": COST.name, "tenant": "T"},
        "values": [1, None, "Infinity", "-Infinity", -0.0, 5e-324],
    }
    line["timestamps"] = [FIRST + n for n in range(6)]
    body = json.dumps(line, separators=(",", ":")).encode() + b"\n"
    values = _fetch(serve("export", body), "export")["value"].tolist()
    assert list(map(repr, values)) == ["1.0", "inf", "-inf", "0.0", "5e-324"]
