"""What ``mcreports doctor`` says of the last day's samples."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mcreports.names import called, several

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import pandas as pd

    from mcreports.domains.recent import Recent
    from mcreports.metrics import Metric
    from mcreports.settings import Settings

DAY = timedelta(days=1)
STATES = {"pass": "ok", "warn": "watch", "fail": "missing", "unknown": "missing"}


def coverage(settings: Settings, metric: Metric, at: datetime) -> tuple[str, str, str]:
    """One finding: how much of the last 24 h of a metric is there, and what of it is not."""
    from mcreports.domains.coverage import CHECK
    from mcreports.domains.recent import Recent, judge_recent
    from mcreports.domains.series import milliseconds
    from mcreports.errors import DataError, SourceError, UnreachableError
    from mcreports.sources.counts import counts_of, resets_of
    from mcreports.sources.prometheus import PrometheusSource

    end, source = at.replace(microsecond=at.microsecond // 1000 * 1000), PrometheusSource(settings.source)

    def look(tenants: Sequence[str] | None) -> pd.DataFrame:
        return source.fetch(metric, end - DAY, end, tenants).table

    name = f"{metric.key} coverage"
    try:
        now, before = (counts_of(settings.source, metric, start, start + DAY) for start in (end - DAY, end - 2 * DAY))
        recent = Recent(metric, milliseconds(end - DAY), milliseconds(end), now, before)
        told = judge_recent(recent, lambda tenant: settings.rule(CHECK, tenant), look)
        fell = resets_of(settings.source, metric, end - DAY, end) if metric.kind != "gauge" else {}
    except UnreachableError:
        raise
    except (SourceError, DataError) as error:
        return (name, STATES["unknown"], str(error))
    return (name, STATES[told.status.value], f"last 24 h: {told.text}{anew(recent, fell)}")


def anew(recent: Recent, fell: Mapping[tuple[str, ...], int]) -> str:
    """Whose counters fell: those of all tenants where an exporter was started anew."""
    whose = sorted({called(str(recent.tenant(own))) for own in fell})
    if not whose:
        return ""
    tenants = {recent.tenant(own) for own in recent.now}
    names = f"all {len(tenants):,} tenants" if len(whose) == len(tenants) > 1 else several(whose, 3)
    return f"; {sum(fell.values()):,} resets in {len(fell):,} series of {names}"
