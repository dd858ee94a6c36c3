"""Chunks decoded side by side, against an encoder that writes bit by bit."""

from __future__ import annotations

import contextlib
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.errors import SourceError
from mcreports.sources.xor_chunks import counts_of, decode


class Bits:
    """A string of bits, written and read one by one."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, number: int, width: int) -> None:
        self.text += format(number & ((1 << width) - 1), f"0{width}b") if width else ""

    def varint(self, number: int) -> None:
        while number > 127:
            self.write(number & 127 | 128, 8)
            number >>= 7
        self.write(number, 8)

    def bytes(self) -> bytes:
        padded = self.text + "0" * (-len(self.text) % 8)
        return bytes(int(padded[at : at + 8], 2) for at in range(0, len(padded), 8))


def encode(samples: list[tuple[int, int]]) -> bytes:
    """A chunk as Prometheus' xor.go writes it: (instant in ms, the bits of the value)."""
    out = Bits()
    out.write(len(samples), 16)
    old_ts = old_value = delta = 0
    frame = None
    for number, (ts, value) in enumerate(samples):
        if number == 0:
            out.varint(ts << 1 if ts >= 0 else ~(ts << 1))
            out.write(value, 64)
        else:
            if number == 1:
                delta = ts - old_ts
                out.varint(delta)
            else:
                change, delta = ts - old_ts - delta, ts - old_ts
                _distance(out, change)
            frame = _change(out, value ^ old_value, frame)
        old_ts, old_value = ts, value
    return out.bytes()


def _distance(out: Bits, change: int) -> None:
    if change == 0:
        out.write(0, 1)
        return
    for prefix, known, size in ((0b10, 2, 14), (0b110, 3, 17), (0b1110, 4, 20)):
        if -(1 << (size - 1)) < change <= 1 << (size - 1):
            out.write(prefix, known)
            out.write(change, size)
            return
    out.write(0b1111, 4)
    out.write(change, 64)


def _change(out: Bits, change: int, frame: tuple[int, int] | None) -> tuple[int, int] | None:
    if change == 0:
        out.write(0, 1)
        return frame
    lead = min(64 - change.bit_length(), 31)
    trail = (change & -change).bit_length() - 1
    if frame is not None and lead >= frame[0] and trail >= frame[1]:
        out.write(0b10, 2)
        out.write(change >> frame[1], 64 - sum(frame))
        return frame
    out.write(0b11, 2)
    out.write(lead, 5)
    out.write(64 - lead - trail, 6)
    out.write(change >> trail, 64 - lead - trail)
    return lead, trail


def _bits(value: float) -> int:
    return struct.unpack(">Q", struct.pack(">d", value))[0]


def _decode(chunks: list[bytes], before: bytes = b"", after: bytes = b""):
    sizes = np.array([len(chunk) for chunk in chunks], np.int64)
    starts = len(before) + np.cumsum(sizes) - sizes
    body = before + b"".join(chunks) + after
    counts = counts_of(body, starts, starts + sizes)
    ts, values = decode(body, starts, starts + sizes, counts)
    edges = np.cumsum(counts)[:-1]
    pieces = zip(np.split(ts, edges), np.split(values.view(np.uint64), edges), strict=True)
    return [list(zip(t.tolist(), v.tolist(), strict=True)) for t, v in pieces]


edges = [
    0,
    1,
    -1,
    8191,
    8192,
    8193,
    -8191,
    -8192,
    65536,
    65537,
    -65535,
    -65536,
    524288,
    524289,
    -524287,
    -524288,
    10**10,
]
steps = st.sampled_from(edges) | st.integers(-20_000, 20_000) | st.integers(-(2**40), 2**40)
bits = (
    st.sampled_from([0.0, -0.0, 1.0, 2.0**53 + 1, 0.1 + 0.2, float("inf"), float("nan"), 5e-324]).map(_bits)
    | st.integers(0, 100).map(lambda number: _bits(float(number)))
    | st.integers(0, 2**64 - 1)
)


@st.composite
def chunk(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Samples in order of time, whose distances change by amounts on all edges of the format."""
    at, distance = draw(st.integers(-(10**12), 2 * 10**12)), draw(st.integers(0, 2**40))
    samples = []
    for change, value in draw(st.lists(st.tuples(steps, bits), min_size=0, max_size=20)):
        samples.append((at, value))
        distance = max(distance + change, 0)
        at += distance
    return samples


@given(st.lists(chunk(), min_size=1, max_size=8), st.binary(max_size=9), st.binary(max_size=9))
def test_what_was_written_bit_by_bit_is_read_side_by_side(chunks, before, after):
    assert _decode([encode(samples) for samples in chunks], before, after) == chunks


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=6))
def test_bytes_of_any_kind_are_samples_or_a_clear_error(chunks):
    with contextlib.suppress(SourceError):
        read = _decode(chunks)
        assert [len(one) for one in read] == [int.from_bytes(one[:2], "big") for one in chunks]


@given(chunk(), st.data())
def test_a_chunk_that_was_cut_is_refused(samples, data):
    whole = encode([*samples, (samples[-1][0] + 1 if samples else 0, 1 << 63)])
    size = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(SourceError, match="a chunk"):
        _decode([whole[:size]], after=b"" if data.draw(st.booleans()) else bytes(40))


def test_many_chunks_of_many_lengths_come_in_their_order():
    rng = np.random.default_rng(7)
    chunks = []
    for size in rng.integers(0, 130, 400).tolist():
        ts = 1_760_000_000_000 + np.cumsum(rng.choice([60_000, 60_001, 59_999], size))
        chunks.append(list(zip(ts.tolist(), map(_bits, rng.normal(size=size).cumsum().tolist()), strict=True)))
    assert _decode([encode(samples) for samples in chunks]) == chunks


def test_a_count_beyond_the_bytes_is_refused_before_anything_is_made():
    with pytest.raises(SourceError, match="65535 samples and has 3 bytes"):
        _decode([b"\xff\xff\x00"], after=bytes(100))


def test_no_chunk_is_no_sample():
    assert decode(b"", *(np.empty(0, np.int64) for _ in range(3)))[0].tolist() == []
