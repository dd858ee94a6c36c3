"""Taking a snapshot with the workers of a cluster: they pull and work out, this machine puts together."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from mcreports import snapshot as snapshots
from mcreports.cluster.crew import crew
from mcreports.cluster.job import Job, Piece, facts_of_piece, pull_piece, unpacked
from mcreports.cluster.travel import check_address, packed
from mcreports.domains.handover import bare, clear, hand_over
from mcreports.take import assemble, errands

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa

    from mcreports.cluster.crew import Crew
    from mcreports.cluster.job import Load
    from mcreports.haul import Errand, Told
    from mcreports.settings import Settings
    from mcreports.snapshot import Snapshot
    from mcreports.sources import Source
    from mcreports.take import Order

TENANTS = 500  # in a piece: enough that few files are opened twice, few enough that a lost one is soon pulled again


@dataclass(frozen=True)
class Site:
    """Where a report is made: the scheduler's address, the snapshot's directory, and who hears of each metric."""

    address: str
    directory: Path
    tell: Callable[[str], None]


def gather(order: Order, source: Source, settings: Settings, now: datetime, site: Site) -> Snapshot:
    """The snapshot of a report, written into the site's directory with its facts beside it.

    Its samples are, byte for byte, those of :func:`mcreports.take.take`; an error on a worker is raised here.
    """
    address = check_address(site.address)
    asked = errands(order, source, settings, now)
    errand = next(iter(asked.values()))
    job = Job(f"mcreports-{token_hex(8)}", packed(settings, address), now, errand.catalogue)
    with crew(address) as workers:
        futures = {
            key: workers.hire(pull_piece, [(job, piece) for piece in pieces(key, one, order)], f"{job.name}-pull-{key}")
            for key, one in asked.items()
        }
        tables = snapshots.shelf_of(site.directory)
        heard: dict[str, list[Load]] = {}
        for key, own in futures.items():
            site.tell(asked[key].metric.name)
            tables.fill(key, _streamed(workers, key, own, heard.setdefault(key, [])))
        told: dict[str, list[Told]] = {key: [one for load in own for one in load.told] for key, own in heard.items()}
        taken = assemble(order, settings, asked, told, tables)
        snapshots.write(taken, site.directory)
        site.tell("facts")
        _facts(workers, job, taken, (futures, heard), site)
    return taken


def pieces(key: str, errand: Errand, order: Order) -> list[Piece]:
    """A metric cut into pieces of whole tenants, in order: all that there is of it."""
    if "tenant" not in errand.metric.labels:
        return [Piece(key, errand.metric, errand.span, None)]
    if order.tenants is not None:
        names = sorted(set(order.tenants))
    else:
        # a series without the label belongs to nobody, and must not be lost
        names = sorted({"", *errand.source.tenants(errand.metric, *errand.asked)})
    return [
        Piece(key, errand.metric, errand.span, tuple(names[at : at + TENANTS])) for at in range(0, len(names), TENANTS)
    ]


def _streamed(workers: Crew, key: str, futures: list[Any], heard: list[Load]) -> Iterator[pd.DataFrame]:
    """A metric's rows in order, one piece here at a time; what was told of each is kept."""
    for future in futures:
        load: Load = workers.result(future)
        heard.append(load._replace(data=b""))
        with unpacked(load, key) as shelf:
            del load
            yield from shelf.parts(key)


def _facts(
    workers: Crew,
    job: Job,
    taken: Snapshot,
    pulled: tuple[dict[str, list[Any]], dict[str, list[Load]]],
    site: Site,
) -> None:
    """Put the facts beside the snapshot, unless a piece that was pulled twice is not what it was."""
    futures, heard = pulled
    light = bare(taken)
    hired = []
    for key, own in futures.items():
        jobs = [(job, future, (key, load.digest), light) for future, load in zip(own, heard[key], strict=True)]
        hired += workers.hire(facts_of_piece, jobs, f"{job.name}-facts-{key}")
    changed = []

    def found() -> Iterator[pa.Table]:
        for future in hired:
            table = workers.result(future)
            if table is None:
                changed.append(future)
                return
            yield table

    hand_over(site.directory, found())
    if changed:
        # the samples are what they are; the notebook works everything out of them by itself
        clear(site.directory)
