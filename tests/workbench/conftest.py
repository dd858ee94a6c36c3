"""Workbenches over the demo, a real Prometheus full of it, an archive of that, and what a report saw of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from mcreports import snapshot
from mcreports.archive.days import milliseconds
from mcreports.archive.open import puller_of
from mcreports.archive.sync import sync
from mcreports.domains.compose import compose
from mcreports.metrics import CATALOGUE
from mcreports.period import Period
from mcreports.plan import LIMITS, RATES, TENANTS
from mcreports.samples import Series
from mcreports.settings import ArchiveSettings, Settings, SourceSettings
from mcreports.sources.demo import DemoSource
from mcreports.take import Order, take
from mcreports.workbench.opening import connect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mcreports.domains.compose import Report
    from mcreports.workbench.bench import Workbench

DEMO = "demo://?seed=7&step=1800"
WILD = (
    "<script>alert(1)</script>", "a b'c\"d\\", "--help", "=cmd|'/c calc'!A0", "{{7*7}}", 'x"} or up{a!="', "class",
    "\u202eeman", "O'Brien;$(id)`id`", "two\nlines", "..", "naïve ☃",
)  # fmt: skip
SINCE, UNTIL = datetime(2025, 8, 27, tzinfo=UTC), datetime(2025, 11, 2, tzinfo=UTC)
RATED = datetime(2025, 10, 17, tzinfo=UTC)  # from here on the tests ask for rates
KEYS = ("budget.cost", *LIMITS, *RATES, TENANTS, "config.drift")


def loaded(server: Any) -> str:
    """The address of a server that now holds the demo's autumn, and ten days of tenants with wild names."""
    demo = DemoSource.from_url(DEMO)
    ts = np.arange(milliseconds(SINCE), milliseconds(SINCE + timedelta(days=10)), 1_800_000)
    wild = [
        Series({"__name__": "wild_cost", "tenant": name, "driver": name}, ts, 0.01 * np.arange(len(ts)) * (place + 1))
        for place, name in enumerate(WILD)
    ]
    server.load([*wild, *(one for key in KEYS for one in demo.series(CATALOGUE[key], SINCE, UNTIL))])
    return str(server.url)


@pytest.fixture(scope="session")
def prometheus_url(start_server: Callable[[str], Any]) -> str:
    """A Prometheus with that."""
    return loaded(start_server("prometheus"))


@pytest.fixture(scope="session")
def victoriametrics_url(start_server: Callable[[str], Any]) -> str:
    """A VictoriaMetrics with that."""
    return loaded(start_server("victoriametrics"))


@pytest.fixture(scope="session")
def wild(prometheus_url: str, tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """A workbench over tenants whose names are traps."""
    file = tmp_path_factory.mktemp("wild") / "mcreports.toml"
    names = "\n".join(f'[metrics."{key}"]\nname = "wild_{key.split(".")[-1]}"' for key in ("budget.cost", TENANTS))
    file.write_text(f'[source]\nurl = "{prometheus_url}"\n{names}\n', encoding="utf-8")
    return connect(settings=file)


@pytest.fixture(scope="session")
def archive_url(prometheus_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of an archive that was filled from that Prometheus."""
    place = tmp_path_factory.mktemp("kept") / "archive"
    settings = Settings(source=SourceSettings(url=prometheus_url), archive=ArchiveSettings(url=str(place)))
    puller = puller_of(settings, datetime.now(UTC))
    for key in KEYS:
        sync(puller, CATALOGUE[key], (milliseconds(SINCE if key == "budget.cost" else RATED), milliseconds(UNTIL)))
    return f"archive:{place}"


@pytest.fixture(scope="session")
def run_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory with what a daily report saw of the demo."""
    place, demo = tmp_path_factory.mktemp("run"), DemoSource.from_url(DEMO)
    order = Order("daily", Period.parse("2025-10-31"))
    snapshot.write(take(order, demo, Settings(source=SourceSettings(url=DEMO)), UNTIL), place)
    return place


@pytest.fixture(scope="session")
def report(run_path: Path) -> Report:
    """That report."""
    return compose(snapshot.read(run_path))


@pytest.fixture(scope="session")
def demo() -> Workbench:
    return connect(DEMO, now=UNTIL)


@pytest.fixture(scope="session", params=["prometheus", "victoriametrics", "archive", "run"])
def other(request: pytest.FixtureRequest) -> Workbench:
    """The same data in another place."""
    name = "run_path" if request.param == "run" else f"{request.param}_url"
    return connect(str(request.getfixturevalue(name)))
