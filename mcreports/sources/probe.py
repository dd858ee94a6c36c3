"""What ``doctor`` asks a server: is it there, whose clock is wrong, how far back and how fresh are the metrics."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from prometheus_api_client import PrometheusConnect

from mcreports.errors import SourceError, UnreachableError
from mcreports.sources.access import Access
from mcreports.sources.choice import VICTORIA, choose, identify
from mcreports.sources.http import StrictSession
from mcreports.sources.prometheus import PrometheusSource, refuse_skew

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mcreports.metrics import Metric
    from mcreports.settings import SourceSettings

OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
STALE = 64 * DAY  # how far back a newest sample is looked for
REACH = "26y"


@dataclass(frozen=True)
class ServerProbe:
    """A server as it answered and how it is read, or the problem that it did not; ``skew`` is its clock minus ours."""

    url: str
    kind: str | None = None
    version: str = ""
    reader: str = ""
    skew: timedelta | None = None
    problem: str | None = None

    @property
    def is_reachable(self) -> bool:
        """Whether it answered at all."""
        return self.problem is None


@dataclass(frozen=True)
class MetricProbe:
    """One metric on the server: its series of the last day, its newest sample, the day of its first one."""

    key: str
    name: str
    series: int = 0
    tenants: tuple[str, ...] = ()
    newest: datetime | None = None
    age: timedelta | None = None
    earliest: datetime | None = None
    problem: str | None = None


def probe_server(settings: SourceSettings, now: datetime) -> ServerProbe:
    """What answers at ``source.url``; that nothing does is part of the value, a wrong setting is an error."""
    access = Access.of(settings)
    try:
        skew = clock_skew(settings, now)
        with StrictSession(access, "how it is read") as session:
            choice = choose(session, access)
            kind, version = choice.kind or identify(session, access)
    except SourceError as error:
        return ServerProbe(access.shown, problem=str(error))
    return ServerProbe(access.shown, kind, version, choice.why, skew)


def clock_skew(settings: SourceSettings, now: datetime) -> timedelta | None:
    """The server's clock minus ours, good to a second; None when the server tells no time."""
    theirs = _server_time(Access.of(settings))
    return None if theirs is None else theirs - now


def check_clock(settings: SourceSettings, now: datetime) -> None:
    """Refuse, as a SettingsError naming both times, a clock further off than ``source.max_skew``."""
    access = Access.of(settings)
    refuse_skew(access, _server_time(access), now)


def _server_time(access: Access) -> datetime | None:
    with StrictSession(access, "its clock", wants="vector") as session:
        PrometheusConnect(access.url, session=session).custom_query("vector(time())")
        return session.server_time


def probe_metric(settings: SourceSettings, metric: Metric, now: datetime) -> MetricProbe:
    """Presence, freshness and reach of one metric; an UnreachableError when the server is gone."""
    access = Access.of(settings)
    try:
        series = _series(access, metric, now - DAY, now)
        with StrictSession(access, f"the ends of {metric.name}") as session:
            is_victoria = identify(session, access)[0] == VICTORIA
        newest, earliest = _victoria_ends(access, metric, now) if is_victoria else _ends(settings, metric, now)
    except UnreachableError:
        raise
    except SourceError as error:
        return MetricProbe(metric.key, metric.name, problem=str(error))
    label = metric.server_label("tenant")
    tenants = tuple(sorted({one.get(label, "") for one in series})) if "tenant" in metric.labels else ()
    age = None if newest is None else now - newest
    return MetricProbe(metric.key, metric.name, len(series), tenants, newest, age, earliest)


def tenants_without_limits(metrics: Mapping[str, MetricProbe], tenants: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """For the daily and the monthly limit, the tenants whose limit no series tells.

    >>> daily = MetricProbe("budget.limit_daily", "mc_tenant_budget_limit_usd", tenants=("A",))
    >>> tenants_without_limits({"budget.limit_daily": daily}, ("A", "B"))
    {'budget.limit_daily': ('B',), 'budget.limit_monthly': ('A', 'B')}
    """
    keys = ("budget.limit_daily", "budget.limit_monthly")
    present = {key: metrics[key].tenants if key in metrics else () for key in keys}
    return {key: tuple(tenant for tenant in tenants if tenant not in present[key]) for key in keys}


def exposed_files(settings: SourceSettings) -> tuple[Path, ...]:
    """The files with secrets that every user of this machine may read."""
    files = (settings.token_file, settings.password_file, settings.key_file)
    return tuple(file for file in files if file is not None and file.exists() and file.stat().st_mode & stat.S_IROTH)


def _series(access: Access, metric: Metric, start: datetime, end: datetime) -> list[dict[str, str]]:
    with StrictSession(access, f"the series of {metric.name}") as session:
        client = PrometheusConnect(access.url, session=session)
        found = client.get_series(start, end, params={"match[]": metric.selector()})
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        msg = f"{access.shown}: the series of {metric.name} are not a list of label sets"
        raise SourceError(msg)
    return found


def _victoria_ends(access: Access, metric: Metric, now: datetime) -> tuple[datetime | None, datetime | None]:
    """The newest and the first sample; VictoriaMetrics has functions for them, and an index without hours."""
    newest = _ask(access, metric, f"max(tlast_over_time({metric.selector()}[{REACH}]))", now)
    return newest, _ask(access, metric, f"min(tfirst_over_time({metric.selector()}[{REACH}]))", now)


def _ends(settings: SourceSettings, metric: Metric, now: datetime) -> tuple[datetime | None, datetime | None]:
    """The newest sample, and the day of the first one, of a Prometheus, whose index knows the time of chunks."""
    access = Access.of(settings)
    newest = _ask(access, metric, f"max(timestamp({metric.selector()}))", now)
    source, width = PrometheusSource(settings), HOUR
    while newest is None and width <= STALE:
        table = source.fetch(metric, now - width, now - (width // 2 if width > HOUR else -HOUR)).table
        newest = table["ts"].max().to_pydatetime() if len(table) else None
        width *= 2
    return newest, _earliest(access, metric, now)


def _ask(access: Access, metric: Metric, query: str, now: datetime) -> datetime | None:
    with StrictSession(access, f"the ends of {metric.name}", wants="vector") as session:
        found = PrometheusConnect(access.url, session=session).custom_query(query, {"time": now.timestamp()})
    return _instant(access, metric, found[0]) if found else None


def _instant(access: Access, metric: Metric, raw: Any) -> datetime:  # noqa: ANN401 - JSON
    try:
        return datetime.fromtimestamp(float(raw["value"][1]), UTC)
    except (KeyError, IndexError, TypeError, ValueError, OverflowError, OSError) as error:
        msg = f"{access.shown}: the newest sample of {metric.name} is not an instant: {str(raw)[:200]}"
        raise SourceError(msg) from error


def _earliest(access: Access, metric: Metric, now: datetime) -> datetime | None:
    """The day before whose end the first sample lies, found by halving what the index covers."""
    if not _series(access, metric, OLDEST, now):
        return None
    low, high = 0, (now - OLDEST) // DAY + 1
    while low < high:
        middle = (low + high) // 2
        if _series(access, metric, OLDEST, OLDEST + (middle + 1) * DAY - timedelta(seconds=1)):
            high = middle
        else:
            low = middle + 1
    return OLDEST + low * DAY
