"""What changed in a file, line by line, as it may be shown: bounded, and without secrets."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from mcreports.evidence.configuration.masking import masked

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_COMPARED = 2000  # lines of one side; finding what moved in more takes too long
MOST_SHOWN = 60
WIDEST = 160
NO_NEWLINE = "\\ no newline at the end"
AROUND = 2


@dataclass(frozen=True)
class _Side:
    """The lines that are compared, and as many that are shown."""

    real: list[str]
    shown: list[str]


def difference(before: str | None, after: str | None) -> tuple[str, ...]:
    """A unified diff of two contents, None for no file; a changed secret shows as changed, never as what it is."""
    old, new = (_split(text) for text in (before, after))
    if max(len(old.real), len(new.real)) > MOST_COMPARED:
        sizes = " and ".join(f"{len(side.real):,} lines" for side in (old, new))
        return (f"@@ too long to be compared line by line: {sizes} @@",)
    shown = list(_lines(old, new))
    more = [f"@@ and {len(shown) - MOST_SHOWN:,} more lines @@"] if len(shown) > MOST_SHOWN else []
    return tuple(shown[:MOST_SHOWN] + more)


def _split(text: str | None) -> _Side:
    if text is None:
        return _Side([], [])
    real, shown = text.split("\n"), masked(text)
    # a last line that ends is followed by nothing; one that does not is marked by what no line can be
    ends = not real[-1]
    return _Side(real[:-1], shown[:-1]) if ends else _Side([*real, "\n"], [*shown, NO_NEWLINE])


def _lines(old: _Side, new: _Side) -> Iterator[str]:
    for group in SequenceMatcher(None, old.real, new.real).get_grouped_opcodes(AROUND):
        (_, first, _, start, _), (_, _, last, _, end) = group[0], group[-1]
        yield f"@@ -{_range(first, last)} +{_range(start, end)} @@"
        for tag, i, j, k, m in group:
            if tag == "equal":
                yield from (f" {_cut(line)}" for line in old.shown[i:j])
            else:
                yield from (f"-{_cut(line)}" for line in old.shown[i:j])
                yield from (f"+{_cut(line)}" for line in new.shown[k:m])


def _range(first: int, last: int) -> str:
    return f"{first + (last > first)},{last - first}"


def _cut(line: str) -> str:
    return line if len(line) <= WIDEST else f"{line[: WIDEST - 1]}…"
