"""Results as tables: ratios first, units in the header, the same cells in a terminal and in Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.readers import PEER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.measure import Result
    from benchmarks.workload import Workload

MB = 1e6


@dataclass(frozen=True)
class Table:
    """A title, the columns' names, and cells of text; the first column is text, the others are numbers."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def plain(self) -> str:
        """Aligned for a terminal."""
        lines = [self.header, *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.header))]
        text = ("  ".join(_pad(cell, width, n) for n, (cell, width) in enumerate(zip(line, widths, strict=True)))
                for line in lines)  # fmt: skip
        return "\n".join([self.title, *(f"  {line.rstrip()}" for line in text)])

    def markdown(self) -> str:
        """As a table of a Markdown page."""
        rule = ("---", *("---:" for _ in self.header[1:]))
        return "\n".join(
            [f"**{self.title}**", "", *(f"| {' | '.join(line)} |" for line in (self.header, rule, *self.rows))]
        )


def reading(load: Workload, results: Sequence[Result]) -> Table:
    """The contenders side by side, ours and the peers."""
    header = ("into a DataFrame", "times as fast", "memory", "seconds", "min-max", "peak, MB", "import, s", "samples/s")
    return Table(
        f"Reading {load.tenants} tenants x {load.days} days every {load.step} s = {load.samples:,} samples",
        header,
        tuple(_contender(load, result, _peer(results), len(header)) for result in results),
    )


def _peer(results: Sequence[Result]) -> Result | None:
    return next((result for result in results if result.name == PEER and result.runs), None)


def _contender(load: Workload, result: Result, peer: Result | None, columns: int) -> tuple[str, ...]:
    if not result.runs:
        return (f"{result.title}: {result.failure}", *[""] * (columns - 1))
    ratios = ("", "") if peer is None else (
        f"{peer.seconds / result.seconds:.1f}", f"{result.peak / peer.peak:.2f}"
    )  # fmt: skip
    return (
        result.title, *ratios, *_clock(result), f"{result.peak / MB:.0f}", f"{result.imported:.2f}",
        f"{load.samples / result.seconds:,.0f}",
    )  # fmt: skip


def limits(downloads: Sequence[Result], ours: Result) -> Table:
    """The bare downloads, and how many times as long we take."""
    rows = tuple(
        (
            one.title, f"{ours.seconds / one.seconds:.1f}", *_clock(one), f"{one.bytes / MB:.1f}",
            f"{one.bytes / MB / one.seconds:.0f}", f"{one.peak / MB:.0f}",
        )
        for one in downloads
    )  # fmt: skip
    header = ("bare download", f"{ours.title} takes, times", "seconds", "min-max", "MB read", "MB/s", "peak, MB")
    return Table("The limit: the same bytes, read and thrown away", header, rows)


def growth(stages: Mapping[int, Sequence[Result]], loads: Mapping[int, Workload]) -> Table:
    """Each stage's cost at 1, 2, 4 and 8 times the samples."""
    rows = []
    for position, first in enumerate(stages[1]):
        for times, results in stages.items():
            one, samples = results[position], loads[times].samples
            rows.append((
                first.title, str(times), f"{one.seconds / first.seconds:.1f}", f"{one.peak / first.peak:.1f}",
                *_clock(one), f"{samples:,}", f"{samples / one.seconds:,.0f}", f"{one.peak / MB:.0f}",
            ))  # fmt: skip
    header = (
        "stage", "times the samples", "times the seconds", "times the memory", "seconds", "min-max", "samples",
        "samples/s", "peak, MB",
    )  # fmt: skip
    return Table("How cost grows", header, tuple(rows))


def verdict(results: Sequence[Result]) -> str:
    """Our own choice of a reader against the peer, and against what was aimed for, in a sentence."""
    ours, peer = results[0], _peer(results)
    if peer is None:
        return f"{PEER} did not run: there is nothing to compare with."
    faster, memory = peer.seconds / ours.seconds, ours.peak / peer.peak
    return (
        f"{ours.title}: {faster:.1f} times as fast as {PEER} (aim: 30, floor: 15), "
        f"in {memory:.2f} of its memory (aim: 0.20)."
    )


def _clock(result: Result) -> tuple[str, str]:
    low, high = result.spread
    return f"{result.seconds:.2f}", f"{low:.2f}-{high:.2f}"


def _pad(cell: str, width: int, column: int) -> str:
    return cell.rjust(width) if column else cell.ljust(width)
