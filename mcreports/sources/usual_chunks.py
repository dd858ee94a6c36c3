"""Where the chunks of the usual form are: found by their heads in one pass, and proven by their chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mcreports.sources.xor_chunks import Ints

# A chunk as today's servers write it: field 2, its size; two instants of six bytes; the encoding XOR; the data
_BEFORE = 14  # bytes from the first instant's key to the encoding's
_HEAD = 17  # and to the data's size


@dataclass(frozen=True)
class UsualChunks:
    """What looks like a chunk: where its message begins, where its data begin, where both end."""

    starts: Ints
    data: Ints
    ends: Ints
    breaks: Ints  # how many before each were not followed at once by the next

    @staticmethod
    def of(body: bytes) -> UsualChunks:
        """Every place of the body that could be a chunk, in order."""
        raw = np.frombuffer(body + bytes(8), np.uint8)
        at = np.flatnonzero(raw[: len(body)] == 0x18)  # noqa: PLR2004 - the key of the encoding
        at = at[(at >= _BEFORE + 2) & (raw[at + 1] == 1) & (raw[at + 2] == 0x22)]  # noqa: PLR2004 - XOR; the data's key
        at = at[(raw[at - _BEFORE] == 0x08) & (raw[at - _BEFORE // 2] == 0x10)]  # noqa: PLR2004 - the instants' keys
        size, width = _size(raw, at + 3)
        data = at + 3 + width
        whole = _HEAD + width + size
        own = np.where(whole > 0x7F, 2, 1)  # noqa: PLR2004 - bytes of the message's own size
        starts = at - _BEFORE - own - 1
        told, told_width = _size(raw, np.maximum(starts + 1, 0))
        is_chunk = (starts >= 0) & (told == whole) & (told_width == own) & (data + size <= len(body))
        is_chunk &= raw[np.maximum(starts, 0)] == 0x12  # noqa: PLR2004 - field 2 of a series
        starts, data, ends = (places[is_chunk] for places in (starts, data, data + size))
        breaks = np.concatenate([[0], np.cumsum(ends[:-1] != starts[1:])]) if len(ends) else np.empty(0, np.int64)
        return UsualChunks(starts, data, ends, breaks)

    def within(self, first: Ints, after: Ints) -> tuple[Ints, Ints, np.ndarray]:
        """For each stretch of the body the numbers of its chunks, and whether they fill it without a gap."""
        begin = np.searchsorted(self.starts, first)
        end = np.searchsorted(self.starts, after)
        some = end > begin
        if not len(self.starts):
            return begin, end, some
        one, last = np.minimum(begin, len(self.starts) - 1), np.maximum(end - 1, 0)
        fills = (self.starts[one] == first) & (self.ends[last] == after) & (self.breaks[last] == self.breaks[one])
        return begin, end, some & fills


def _size(raw: np.ndarray, at: Ints) -> tuple[Ints, Ints]:
    """A varint of one or two bytes at each place and how many it has; a longer one comes as it cannot be."""
    low, high = raw[at].astype(np.int64), raw[at + 1].astype(np.int64)
    is_short = low < 0x80  # noqa: PLR2004 - no more follows
    size = np.where(is_short, low, np.where(high < 0x80, low & 0x7F | high << 7, 1 << 40))  # noqa: PLR2004
    return size, np.where(is_short, 1, 2)
