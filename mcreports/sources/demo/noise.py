"""Chance that repeats itself: a stable 64-bit hash of (seed, name, number), in integers only.

Nothing here depends on a library's generator or on floating point, so every machine and every
version draws the same demo.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    IntArray = npt.NDArray[np.int64]

MILLION = 1_000_000
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_ROUNDS = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))
_BITS = 20


def draw(seed: int, name: str, numbers: IntArray) -> npt.NDArray[np.uint64]:
    """64 random bits for each of the numbers: the outputs of splitmix64 at those places.

    >>> int(draw(7, "TENANT_001", np.array([3]))[0]) == int(draw(7, "TENANT_001", np.arange(9))[3])
    True
    """
    start = np.frombuffer(blake2b(f"{seed}|{name}".encode(), digest_size=8).digest(), dtype="<u8")
    return mix(start + (numbers.astype(np.uint64) + np.uint64(1)) * _GOLDEN)


def mix(state: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """splitmix64's output for each state."""
    for shift, factor in _ROUNDS:
        state = (state ^ (state >> np.uint64(shift))) * np.uint64(factor)
    return state ^ (state >> np.uint64(31))


def below(limit: int, bits: npt.NDArray[np.uint64]) -> IntArray:
    """A whole number in [0, limit) from each draw; limit is at most 2**31."""
    return (((bits >> np.uint64(32)) * np.uint64(limit)) >> np.uint64(32)).astype(np.int64)


def wobble(width: int, bits: npt.NDArray[np.uint64]) -> IntArray:
    """A factor in parts per million from each draw: a million, more or less by up to ``width``.

    The middle is likelier than the edges, as with two dice.
    """
    mask = np.uint64((1 << _BITS) - 1)
    dice = (bits & mask).astype(np.int64) + ((bits >> np.uint64(_BITS)) & mask).astype(np.int64)
    return MILLION + (((dice - (1 << _BITS)) * width) >> _BITS)


def settle(millionths: IntArray, bits: npt.NDArray[np.uint64]) -> IntArray:
    """Whole events from millionths of one: rounded up as often as the fraction is large."""
    return (millionths + below(MILLION, bits)) // MILLION
