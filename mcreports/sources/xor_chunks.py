"""Prometheus' XOR chunks, decoded side by side: a loop over the samples of a chunk, numpy over the chunks.

A chunk is its count (2 bytes); an instant and a value; an instant's distance and a value's change; then for
each further sample the change of the distance (0, 10 + 14 bits, 110 + 17, 1110 + 20, 1111 + 64) and the
value's change (0; 10 + the bits in the window of the last one; 11 + leading zeros 5 + width 6 + the bits).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mcreports.errors import SourceError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bits = NDArray[np.uint64]

BLOCK = 8192  # chunks at once: what numpy holds of them stays in a processor's cache
LEAST = 11  # bytes of a chunk with one sample: count, instant of one byte, value
U = np.uint64
_SIZE = np.array([0] * 8 + [14] * 4 + [17] * 2 + [20, 0], np.uint64)  # by the first four bits; 64 is read apart
_SKIP = _SIZE + np.array([1] * 8 + [2] * 4 + [3] * 2 + [4, 68], np.uint64)
_KNOWN = np.array([0] * 8 + [2] * 4 + [3] * 2 + [4, 0], np.uint64)
_WHOLE = U(15)


def counts_of(body: bytes, starts: Ints, ends: Ints) -> Ints:
    """How many samples each chunk, body[start:end], says it holds; a SourceError where that cannot be."""
    sizes = ends - starts
    raw = np.frombuffer(body, np.uint8)
    inside = np.minimum(starts, max(len(raw) - 2, 0)) if len(raw) > 1 else np.zeros(0, np.int64)
    if len(inside) != len(starts) or (sizes < 2).any():  # noqa: PLR2004 - the count has two bytes
        raise SourceError("a chunk is shorter than its own count")
    counts = raw[inside].astype(np.int64) << 8 | raw[inside + 1]
    # the first sample takes 9 bytes, the second 10 bits, each further one at least 2 bits
    least = 2 + 9 * (counts > 0) + (np.maximum(counts - 1, 0) * 2 + 6 * (counts > 1) + 7) // 8
    if (short := np.flatnonzero(sizes < least)).size:
        msg = f"a chunk says {counts[short[0]]} samples and has {sizes[short[0]]} bytes"
        raise SourceError(msg)
    return np.asarray(counts)


def decode(body: bytes, starts: Ints, ends: Ints, counts: Ints) -> tuple[Ints, NDArray[np.float64]]:
    """The instants (ms) and values of all chunks one after the other; ``counts`` are theirs.

    A chunk whose bits do not end within it is a SourceError.
    """
    words = np.frombuffer(body + bytes(24 - len(body) % 8), ">u8").astype(np.uint64)
    total = int(counts.sum())
    out = _Out(np.empty(total, np.int64), np.empty(total, np.uint64))
    places = np.cumsum(counts) - counts
    order = np.argsort(-counts, kind="stable")
    order = order[: np.count_nonzero(counts)]
    for at in range(0, len(order), BLOCK):
        block = order[at : at + BLOCK]
        end = _block(words, out, (starts[block] * 8 + 16).astype(np.uint64), places[block], counts[block])
        if (end > (ends[block] * 8).astype(np.uint64)).any():
            raise SourceError("a chunk's bits go on beyond its end")
    return out.ts, out.values.view(np.float64)


@dataclass(frozen=True)
class _Out:
    ts: Ints
    values: Bits


def _block(words: Bits, out: _Out, cursor: Bits, places: Ints, counts: Ints) -> Bits:
    """Decode chunks whose counts fall; the bit after each chunk's last one."""
    raw, cursor = _varint(words, cursor)
    ts = (raw >> U(1)).view(np.int64) ^ -(raw & U(1)).view(np.int64)
    values = _load(words, cursor)
    cursor += U(64)
    out.ts[places], out.values[places] = ts, values
    ends = cursor.copy()
    alive = np.searchsorted(-counts, -np.arange(1, counts[0] + 1), side="left")  # how many have more than n samples
    delta = np.zeros(len(ts), np.int64)
    lead, width = np.zeros(len(ts), np.uint64), np.full(len(ts), 64, np.uint64)
    for number in range(1, int(counts[0])):
        count = int(alive[number - 1])
        if count < len(cursor):
            ends[count : len(cursor)] = cursor[count:]
            cursor, ts, values, delta = cursor[:count], ts[:count], values[:count], delta[:count]
            lead, width = lead[:count], width[:count]
        if number == 1:
            raw, cursor = _varint(words, cursor)
            delta = raw.view(np.int64)
            window = _load(words, cursor)
        else:
            window, cursor = _distance(words, cursor, delta)
        ts = ts + delta
        values, cursor = _change(words, cursor, window, values, (lead, width))
        at = places[:count] + number
        out.ts[at], out.values[at] = ts, values
    ends[: len(cursor)] = cursor
    return ends


def _distance(words: Bits, cursor: Bits, delta: Ints) -> tuple[Bits, Bits]:
    """Change the distances in place; the bits that follow, at least 40 of them good, and where they begin."""
    window = _load(words, cursor)
    kind = (window >> U(60)).view(np.int64)
    if not kind.any() or (kind < 8).all():  # noqa: PLR2004 - every scrape was in time: a zero bit
        return window << U(1), cursor + U(1)
    size, skip = _SIZE[kind], _SKIP[kind]
    change = (((window << _KNOWN[kind]) >> U(1)) >> (U(63) - size)).view(np.int64)
    half = (np.left_shift(U(1), size) >> U(1)).view(np.int64)
    change -= np.where(change > half, half << 1, 0)
    delta += np.where(size > 0, change, 0)
    cursor = cursor + skip
    window <<= skip & U(63)
    if len(whole := np.flatnonzero(kind == 15)):  # noqa: PLR2004 - four bits
        delta[whole] += _load(words, cursor[whole] - U(64)).view(np.int64)
        window[whole] = _load(words, cursor[whole])
    return window, cursor


def _change(words: Bits, cursor: Bits, window: Bits, values: Bits, frame: tuple[Bits, Bits]) -> tuple[Bits, Bits]:
    """The next values, and the bits after them; ``frame`` is where the last change of each had its bits."""
    lead, width = frame
    control = window >> U(62)
    moved = np.flatnonzero(control > 1)
    if not len(moved):
        return values, cursor + U(1)
    if len(moved) == len(control):
        moved = slice(None)  # type: ignore[assignment]
    fresh = control[moved] == 3  # noqa: PLR2004 - two ones
    bits = window[moved]
    new_width = (bits >> U(51)) & U(63)
    new_width = new_width + (U(64) & -(new_width == 0).astype(np.uint64))
    own_lead = np.where(fresh, (bits >> U(57)) & U(31), lead[moved])
    own_width = np.where(fresh, new_width, width[moved])
    rest = U(64) - own_lead - own_width
    if (rest > U(63)).any():
        raise SourceError("a chunk's value has more than 64 bits")
    lead[moved], width[moved] = own_lead, own_width
    begin = cursor[moved] + np.where(fresh, U(13), U(2))
    change = (_load(words, begin) >> (U(64) - own_width)) << rest
    values = values.copy()
    values[moved] ^= change
    cursor = cursor + U(1)
    cursor[moved] = begin + own_width
    return values, cursor


def _load(words: Bits, cursor: Bits) -> Bits:
    """The 64 bits from each cursor on; far beyond the end, where only a broken chunk leads, any bits."""
    at = (cursor >> U(6)).view(np.int64)
    shift = cursor & U(63)
    high = words.take(at, mode="clip")
    low = words.take(at + 1, mode="clip")
    return np.asarray((high << shift) | ((low >> U(1)) >> (U(63) - shift)))


def _varint(words: Bits, cursor: Bits) -> tuple[Bits, Bits]:
    """A varint at each cursor, and where it ends; one of more than 56 bits is no instant of ours."""
    window = _load(words, cursor)
    value, size = np.zeros_like(window), np.zeros_like(window)
    is_open = np.ones(len(window), bool)
    for place in range(8):
        byte = (window >> U(56 - 8 * place)) & U(255)
        value |= np.where(is_open, (byte & U(127)) << U(7 * place), U(0))
        size += is_open
        is_open &= byte > U(127)
    if is_open.any():
        raise SourceError("a chunk holds an instant that cannot be")
    return value, cursor + size * U(8)
