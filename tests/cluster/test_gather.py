"""A report from a cluster: the local one, byte for byte, whatever the pieces and whoever is lost on the way."""

from __future__ import annotations

import os
import signal
import socket
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from mcreports import __version__
from mcreports.archive.open import open_source, puller_of
from mcreports.archive.sync import sync
from mcreports.cluster import crew as hands
from mcreports.cluster import gather as gathering
from mcreports.cluster.gather import Site, gather
from mcreports.domains import facts, money
from mcreports.domains.accounts import accounts
from mcreports.domains.compose import compose
from mcreports.domains.handover import FILE, recall
from mcreports.errors import McreportsError, UnreachableError, UsageError
from mcreports.metrics import CATALOGUE, remap
from mcreports.period import Period
from mcreports.settings import MetricSettings, Settings, SourceSettings
from mcreports.snapshot import Snapshot, read, shelf_of, write
from mcreports.sources.demo import DemoSource
from mcreports.take import Bench, Order, errands, take
from mcreports.view.closing import closing

NOW = datetime(2025, 11, 3, 9, tzinfo=UTC)
DEMO = "demo://?seed=7&step=3600"
REPORTS = {"daily": "2025-10-31", "weekly": "2025-W44", "monthly": "2025-10", "trends": "2025-08-01..2025-10-31"}


def settings(url: str = DEMO, **more: Any) -> Settings:
    return Settings(source=SourceSettings(url=url), **more)


def order(report: str = "daily", **more: Any) -> Order:
    return Order(report, Period.parse(REPORTS[report]), **more)


def gathered(wanted: Order, own: Settings, directory: Path, address: str, tell: Any = lambda _: None) -> Snapshot:
    directory.mkdir(parents=True, exist_ok=True)
    gather(wanted, open_source(own, NOW), own, NOW, Site(address, directory, tell))
    taken = read(directory)
    recall(taken, directory)
    return taken


def local(wanted: Order, own: Settings, directory: Path) -> Snapshot:
    write(take(wanted, open_source(own, NOW), own, NOW, Bench(shelf_of(directory))), directory)
    return read(directory)


def files(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file() and path.name != FILE
    }


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_from_a_cluster_is_the_local_one_byte_for_byte(
    report: str, cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = local(order(report), settings(), tmp_path / "here")
    there = gathered(order(report), settings(), tmp_path / "there", cluster.address)
    assert files(tmp_path / "there") == files(tmp_path / "here")
    said = closing(compose(here))
    monkeypatch.setattr(facts, "sweep", pytest.fail)  # what the workers found out is not worked out again
    monkeypatch.setattr(money, "accounts", pytest.fail)
    assert closing(compose(there)) == said


@pytest.mark.parametrize("size", [1, 2, 5])
def test_how_many_tenants_a_piece_has_leaves_no_trace(
    size: int, cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "TENANTS", size)
    here = local(order(), settings(), tmp_path / "here")
    there = gathered(order(), settings(), tmp_path / "there", cluster.address)
    assert files(tmp_path / "there") == files(tmp_path / "here")
    own = {**facts.prepare(here), "accounts": accounts(here)}
    assert {name: list(found.items()) for name, found in own.items()} == {
        name: list(there.memo[name].items()) for name in own
    }
    assert closing(compose(there)) == closing(compose(here))


@pytest.mark.parametrize("tenants", [("TENANT_003",), ("TENANT_004", "TENANT_001")])
def test_a_report_of_some_tenants_is_the_local_one(tenants: tuple[str, ...], cluster: Any, tmp_path: Path) -> None:
    here = local(order(tenants=tenants), settings(), tmp_path / "here")
    there = gathered(order(tenants=tenants), settings(), tmp_path / "there", cluster.address)
    assert files(tmp_path / "there") == files(tmp_path / "here")
    assert closing(compose(there)) == closing(compose(here))


def test_a_server_and_its_archive_are_read_by_the_workers(prometheus: Any, cluster: Any, tmp_path: Path) -> None:
    names = {key: MetricSettings(name=f"cluster_{metric.name}") for key, metric in CATALOGUE.items()}
    own = settings(prometheus.url, metrics=names)
    renamed = remap({key: one.name for key, one in names.items()}, {})
    demo = DemoSource(7, step=3600)
    start, end = datetime(2025, 8, 20, tzinfo=UTC), NOW
    for key, metric in renamed.items():
        made = demo.series(CATALOGUE[key], start, end)
        prometheus.load([replace(one, labels={**one.labels, "__name__": metric.name}) for one in made])
    server = open_source(own, datetime.now(UTC))
    write(take(order(), server, own, NOW, Bench(shelf_of(tmp_path / "here"))), tmp_path / "here")
    (tmp_path / "there").mkdir()
    gather(order(), server, own, NOW, Site(cluster.address, tmp_path / "there", lambda _: None))
    assert files(tmp_path / "there") == files(tmp_path / "here")
    assert read(tmp_path / "here").reach("budget.cost") != (None, None)
    archive = own.archive.model_copy(update={"url": str(tmp_path / "archive")})
    kept = own.model_copy(update={"archive": archive})
    puller = puller_of(kept, datetime.now(UTC))
    for one in errands(order(), server, own, NOW).values():
        sync(puller, one.metric, tuple(round(at.timestamp() * 1000) for at in one.asked), [])
    kept = kept.model_copy(update={"source": SourceSettings(url=f"archive:{tmp_path / 'archive'}")})
    here = local(order(), kept, tmp_path / "kept-here")
    there = gathered(order(), kept, tmp_path / "kept-there", cluster.address)
    assert files(tmp_path / "kept-there") == files(tmp_path / "kept-here")
    assert closing(compose(there)) == closing(compose(here))


def test_a_worker_that_is_killed_is_survived(new_cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "TENANTS", 1)
    there, lost = new_cluster(2), []

    def tell(metric: str) -> None:
        if not lost and metric != "mc_tenant_cost_total_usd":
            with Client(there.address, set_as_default=False) as client:
                held = client.run(lambda dask_worker: (os.getpid(), len(dask_worker.data)))
            pid, count = max(held.values(), key=lambda one: one[1])
            lost.append(count)
            os.kill(pid, signal.SIGKILL)

    here = local(order(), settings(), tmp_path / "here")
    found = gathered(order(), settings(), tmp_path / "there", there.address, tell)
    assert lost[0] > 0  # it took finished pieces with it
    assert sum(worker.poll() is not None for worker in there.workers) == 1
    assert files(tmp_path / "there") == files(tmp_path / "here")
    assert closing(compose(found)) == closing(compose(here))


@pytest.mark.parametrize("whom", ["the workers", "the scheduler"])
def test_a_cluster_that_dies_is_unreachable_within_the_deadline(
    whom: str, new_cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "TENANTS", 1)
    monkeypatch.setattr(hands, "PATIENCE", 3.0)
    there = new_cluster(1)
    doomed = there.workers if whom == "the workers" else [there.scheduler]

    def tell(_: str) -> None:
        for process in doomed:
            process.kill()

    with pytest.raises(UnreachableError, match=there.address):
        gathered(order(), settings(), tmp_path / "there", there.address, tell)


def test_nobody_at_the_address_is_unreachable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands, "PATIENCE", 1.0)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(UnreachableError, match=f"{address}: no scheduler answers"):
            gathered(order(), settings(), tmp_path / "there", address)


def test_a_scheduler_without_workers_is_unreachable(
    new_cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hands, "PATIENCE", 3.0)
    with pytest.raises(UnreachableError, match="no worker came within 3 s"):
        gathered(order(), settings(), tmp_path / "there", new_cluster(0).address)


@pytest.mark.parametrize("place", ["archive", "server"])
def test_an_error_on_a_worker_is_the_one_that_it_is_here(place: str, cluster: Any, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"archive:{tmp_path / 'none'}" if place == "archive" else f"http://127.0.0.1:{taken.getsockname()[1]}"
        own, wanted = Settings(source=SourceSettings(url=url, deadline=2)), order(tenants=("TENANT_001",))
        with pytest.raises(McreportsError) as here:
            take(wanted, open_source(own, datetime.now(UTC)), own, NOW)
        (tmp_path / "there").mkdir()
        site = Site(cluster.address, tmp_path / "there", lambda _: None)
        with pytest.raises(McreportsError) as there:
            gather(wanted, DemoSource(7, step=3600), own, NOW, site)
    assert type(there.value) is type(here.value)
    assert str(there.value) == str(here.value)


@pytest.mark.parametrize(
    ("body", "said"), [('__version__ = "0.0.9"', "has mcreports 0.0.9"), ("raise ImportError", "has no mcreports")]
)
def test_a_worker_of_another_version_is_refused(body: str, said: str, new_cluster: Any, tmp_path: Path) -> None:
    (tmp_path / "old" / "mcreports").mkdir(parents=True)
    (tmp_path / "old" / "mcreports" / "__init__.py").write_text(body, encoding="utf-8")
    there = new_cluster(1)
    there.workers.append(there.hire(PYTHONPATH=str(tmp_path / "old")))
    with pytest.raises(UsageError, match=f"{said}; the report is made by mcreports {__version__}"):
        gathered(order(), settings(), tmp_path / "there", there.address)
