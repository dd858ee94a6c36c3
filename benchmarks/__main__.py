"""Reading, its limit and its growth, measured in one run against a real Prometheus that this command loads.

python -m benchmarks [--quick] [--markdown] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import growth, machine, server, tables
from benchmarks.download import DOWNLOADS
from benchmarks.measure import Plan, Result, in_turn
from benchmarks.readers import PEERS, ours
from benchmarks.task import Place
from benchmarks.workload import Workload, truth
from mcreports.errors import McreportsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Outcome:
    """Everything that one run measured."""

    load: Workload
    machine: Mapping[str, str]
    reading: Sequence[Result]
    downloads: Sequence[Result]
    growth: Mapping[int, Sequence[Result]]
    loads: Mapping[int, Workload]

    def tables(self) -> tuple[tables.Table, ...]:
        """What is printed, in its order."""
        return (
            tables.reading(self.load, self.reading),
            tables.limits(self.downloads, self.reading[0]),
            tables.growth(self.growth, self.loads),
        )

    def proof(self) -> str:
        """What was compared, in a sentence."""
        names = [result.title for result in self.reading if result.runs]
        return (
            f"Identical: {'; '.join(names)} hold the {self.load.samples:,} samples that were loaded, "
            f"instants and values bit for bit, in every round."
        )


def measure(load: Workload, rounds: int, *, is_warm: bool) -> Outcome:
    """Start a server, load it, and run everything, rounds alternating, after a warming one where it is not warm."""
    loads = {times: Workload(load.tenants * times // 2, load.days, load.step) for times in growth.TIMES}
    with tempfile.TemporaryDirectory() as directory, server.prometheus(Path(directory)) as url:
        truths = _load(url, loads)
        here = machine.describe(server.version(url))
        plan = Plan(rounds, truths[load], _say, is_warm)
        results = in_turn((*ours(), *PEERS, *DOWNLOADS), Place(url, load, directory), plan)
        downloads = [result for result in results if result.name in {task.name for task in DOWNLOADS}]
        grown = {
            times: in_turn(growth.STAGES, Place(url, one, directory), replace(plan, loaded=truths[one], is_warm=True))
            for times, one in loads.items()
        }
    return Outcome(load, here, [one for one in results if one not in downloads], downloads, grown, loads)


def _load(url: str, loads: Mapping[int, Workload]) -> dict[Workload, str]:
    """Everything pushed at once, since a Prometheus takes samples in order of time; the fingerprint of each load."""
    series = {load: load.series() for load in loads.values()}
    total, taken = sum(load.samples for load in series), 0

    def done(count: int) -> None:
        nonlocal taken
        before, taken = taken, taken + count
        if before * 10 // total != taken * 10 // total:
            _say(f"loaded {taken:,} of {total:,} samples")

    server.load(url, [one for own in series.values() for one in own], done)
    return {load: truth(own) for load, own in series.items()}


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _print(outcome: Outcome, *, as_markdown: bool) -> None:
    words = [tables.verdict(outcome.reading), outcome.proof()]
    told = [f"{name}: {value}" for name, value in outcome.machine.items()]
    if as_markdown:
        blocks = [*words, *(table.markdown() for table in outcome.tables()), "\n".join(f"- {line}" for line in told)]
    else:
        blocks = [*words, *(table.plain() for table in outcome.tables()), "\n".join(told)]
    print("\n\n".join(blocks))


def main() -> int:
    """0 when everything was measured and proven identical; 1 with the reason when not."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--tenants", type=int, default=500, help="even: growth begins at half of them (500)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is timed (3)")
    parser.add_argument(
        "--quick", action="store_true", help="a tiny workload: shows that it runs, says nothing of speed"
    )
    parser.add_argument("--markdown", action="store_true", help="the tables as docs/performance.md holds them")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every run there, too")
    asked = parser.parse_args()
    load, rounds = (Workload(2, 2), 1) if asked.quick else (Workload(asked.tenants), asked.rounds)
    if load.tenants < 2 or load.tenants % 2 or rounds < 1:  # noqa: PLR2004 - a half of it is a tenant
        parser.error("--tenants is an even number of at least 2, --rounds at least 1")
    try:
        outcome = measure(load, rounds, is_warm=asked.quick)
    except (server.BenchmarkError, McreportsError) as error:
        _say(f"nothing is printed that was not proven: {error}")
        return 1
    _print(outcome, as_markdown=asked.markdown)
    if asked.json:
        asked.json.write_text(json.dumps(asdict(outcome), indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
