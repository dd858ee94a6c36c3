"""A workbench: one source, or what one published run saw, and everything that can be asked of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from mcreports.archive.open import open_source
from mcreports.metrics import remap
from mcreports.plan import TENANTS
from mcreports.view.markup import visible
from mcreports.workbench import cost, explaining, finding, forecasting, passports, rates, raw, widget_chart
from mcreports.workbench.names import Names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from mcreports.checks import Verdict
    from mcreports.figures import Figure
    from mcreports.metrics import Metric
    from mcreports.period import Period
    from mcreports.settings import Settings
    from mcreports.snapshot import Snapshot
    from mcreports.sources import Source
    from mcreports.workbench.explaining import Explanation
    from mcreports.workbench.finding import Anomalies
    from mcreports.workbench.passports import Passport
    from mcreports.workbench.pulls import Kept
    from mcreports.workbench.result import Result
    from mcreports.workbench.widget import Brush
    from mcreports.workbench.widget_chart import Picture

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)  # nothing was scraped before


@dataclass(frozen=True, eq=False, repr=False)
class Workbench:
    """What is asked, as of when; answers are the same as those of a report over the same samples.

    ``address`` is what ``--source`` takes; ``opened`` is what a published run saw, which is then all
    there is. What was pulled, and every figure that was shown, is kept for as long as the workbench is.
    """

    settings: Settings
    now: datetime
    address: str
    config: Path | None = None
    opened: Snapshot | None = None
    begun: float = field(default_factory=time.monotonic, init=False, compare=False, repr=False)
    kept: list[Kept] = field(default_factory=list, init=False, compare=False, repr=False)
    snapshots: dict[str, Snapshot] = field(default_factory=dict, init=False, compare=False, repr=False)
    figures: dict[str, Figure] = field(default_factory=dict, init=False, compare=False, repr=False)
    judged: list[tuple[Verdict, tuple[Figure, ...]]] = field(default_factory=list, init=False, repr=False)

    def clock(self) -> datetime:
        """The time now: that of connecting, and what has passed since."""
        return self.now + timedelta(seconds=time.monotonic() - self.begun)

    @property
    def zone(self) -> str:
        """The calendar's time zone."""
        return self.settings.report.zone if self.opened is None else self.opened.period.zone

    @cached_property
    def source(self) -> Source:
        """The source of the settings, opened when it is first asked."""
        return open_source(self.settings, self.now)

    @cached_property
    def tenants(self) -> Names:
        """The tenants by name, for completion; those of the settings, then all that the source knows."""
        return Names("tenant", {name: name for name in self._tenants()})

    @cached_property
    def catalogue(self) -> Names:
        """The keys of the metrics, for completion: ``catalogue.budget_cost`` is ``"budget.cost"``."""
        return Names("metric", {key.replace(".", "_"): key for key in self._metrics})

    @cached_property
    def _metrics(self) -> dict[str, Metric]:
        if self.opened is not None:
            return dict(self.opened.metrics)
        own = self.settings.metrics
        return remap(
            {key: one.name for key, one in own.items() if one.name},
            {key: one.labels for key, one in own.items() if one.labels},
        )

    def _tenants(self) -> tuple[str, ...]:
        if self.opened is not None:
            seen = self.opened.table("budget.cost")["tenant"].unique()
            return tuple(dict.fromkeys((*self.opened.tenants, *sorted(map(str, seen)))))
        known = {name for key in (TENANTS, "budget.cost") for name in self._ever(key)}
        return tuple(dict.fromkeys((*self.settings.report.tenants, *sorted(known))))

    def _ever(self, key: str) -> tuple[str, ...]:
        return self.source.tenants(self._metrics[key], BEGINNING, self.now)

    def metric(self, key: str) -> Metric:
        """The metric of a key; a UsageError names those that are like it."""
        return self._metrics[self.catalogue[key]]

    def named(self, tenant: str) -> str:
        """The tenant, if there is one of this name; a UsageError names those that are like it."""
        return self.tenants[tenant]

    def remember(self, figures: Iterable[Figure]) -> dict[str, Figure]:
        """The figures by their keys, which are kept so that a key is enough to ask for a passport."""
        found = {visible(figure.key): figure for figure in figures}
        self.figures.update(found)
        return found

    def cost(
        self, period: str | Period, by: str | Sequence[str] = ("tenant", "driver"), tenant: str | None = None
    ) -> Result:
        """The spend of a period in USD, a row for each of what ``by`` names: tenant, driver, hour, day, week, month."""
        return cost.cost(self, period, by, tenant)

    def rates(
        self,
        period: str | Period,
        by: str | Sequence[str] = "tenant",
        tenant: str | None = None,
        *,
        rate: str | None = None,
    ) -> Result:
        """The rates of success, compensation and grounding in percent, with n and Wilson bounds."""
        return rates.rates(self, period, by, tenant, rate=rate)

    def raw(self, metric: str, period: str | Period, tenant: str | None = None) -> Result:
        """The raw samples of a metric."""
        return raw.raw(self, metric, period, tenant)

    def anomalies(self, period: str | Period | None = None, tenant: str | None = None) -> Anomalies:
        """What stands out in spend and rates in a period; its ``acknowledge`` keeps a note for the next report."""
        return finding.anomalies(self, period, tenant)

    def forecast(self, tenant: str | None = None, period: str | Period | None = None) -> Result:
        """Where a tenant's month, or that of all, is heading, as the day's report says."""
        return forecasting.forecast(self, tenant, period)

    def brush(self, period: str | Period, tenant: str | None = None, what: str = "budget.cost") -> Brush | Picture:
        """A picture of spend, of a rate or of a metric, on which a range can be brushed."""
        return widget_chart.brush(self, period, tenant, what)

    def explain(self, tenant: str, period: str | Period | None = None) -> Explanation:
        """What a period's report says of a tenant, in sentences made of figures."""
        return explaining.explain(self, tenant, period)

    def passport(self, what: Figure | Verdict | Result | object, row: int | None = None) -> Passport:
        """All that is known of a figure: of itself, of its key, of a row of an answer, of a verdict."""
        return passports.passport(self, what, row)

    def _repr_html_(self) -> str:
        from mcreports.workbench.shown import bench_html

        return bench_html(self)

    def __repr__(self) -> str:
        """What it is connected to; nothing is asked for it."""
        return f"Workbench({self.address}, as of {self.now:%Y-%m-%d %H:%M} UTC)"
