"""The contenders: a month of samples from the server into a DataFrame, each in its own documented way."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any, get_args

from benchmarks.task import Place, Task
from benchmarks.workload import fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import pandas as pd

    from benchmarks.workload import Columns
    from mcreports.samples import Pulled

OURS = "mcreports"
ELSEWHERE = {"export"}  # readers of other servers than Prometheus
DEADLINE = 600.0  # seconds: nobody is stopped for being slow


def fetch(reader: str | None) -> Callable[[Place, Any], Pulled]:
    """The work of reading everything with one of our readers, or with the one that the package chooses."""

    def work(place: Place, _: None) -> Pulled:
        from mcreports.settings import SourceSettings
        from mcreports.sources.prometheus import PrometheusSource

        chosen = {} if reader is None else {"reader": reader}
        settings = SourceSettings(url=place.url, deadline=DEADLINE, **chosen)
        load = place.workload
        return PrometheusSource(settings).fetch(load.metric, load.start, load.end)

    return work


def _custom_query_range(place: Place, _: None) -> Any:  # noqa: ANN401 - a DataFrame of theirs
    from prometheus_api_client import MetricRangeDataFrame, PrometheusConnect

    load = place.workload
    client = PrometheusConnect(url=place.url)
    return MetricRangeDataFrame(client.custom_query_range(load.name, load.start, load.last, str(load.step)))


def _query_range(place: Place, _: None) -> Any:  # noqa: ANN401 - a DataFrame of theirs
    theirs = import_module("prometheus_pandas.query")  # which has no types
    load = place.workload
    return theirs.Prometheus(place.url).query_range(load.name, load.start, load.last, load.step)


def fingerprint_of(_place: Place, pulled: Pulled) -> dict[str, Any]:
    """The fingerprint of a conformed table."""
    table = pulled.table
    return {"fingerprint": fingerprint(by_tenant(table["tenant"], table["ts"], table["value"]))}


def _of_long(_place: Place, table: pd.DataFrame) -> dict[str, Any]:
    return {"fingerprint": fingerprint(by_tenant(table["tenant"], table.index.to_series(), table["value"]))}


def _of_wide(place: Place, table: pd.DataFrame) -> dict[str, Any]:
    ts = milliseconds(table.index.to_series())
    columns = {}
    for name in table.columns:
        # bench_cost{driver="compute",tenant="TENANT_0001"}
        pairs = (pair.split("=", 1) for pair in name[len(place.workload.name) + 1 : -1].split(","))
        known = table[name].notna().to_numpy()
        columns[json.loads(dict(pairs)["tenant"])] = ts[known], table[name].to_numpy()[known]
    return {"fingerprint": fingerprint(columns)}


def by_tenant(tenant: pd.Series, ts: pd.Series, values: pd.Series) -> Columns:
    """The rows of each tenant as they stand, instants as milliseconds."""
    import numpy as np
    import pandas as pd

    codes, names = pd.factorize(tenant)
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(1, len(names)))
    parts = zip(np.split(milliseconds(ts)[order], edges), np.split(values.to_numpy()[order], edges), strict=True)
    return dict(zip(map(str, names), parts, strict=True)) if len(names) else {}


def milliseconds(ts: pd.Series) -> np.ndarray:
    """Instants of any resolution as whole milliseconds since 1970."""
    import pandas as pd

    return pd.DatetimeIndex(ts).as_unit("ms").asi8


def our_task(reader: str | None) -> Task:
    """Reading with one of our readers, or with the one that the package chooses."""
    name, title = (OURS, OURS) if reader is None else (f"{OURS}-{reader}", f"{OURS}, {reader}")
    return Task(name, title, ("mcreports.sources.prometheus",), fetch(reader), fingerprint_of)


def ours() -> tuple[Task, ...]:
    """One task for each reader that the package has for a Prometheus."""
    from mcreports.settings import SourceSettings

    known = SourceSettings.model_fields.get("reader")
    if known is None:
        return (our_task(None),)
    return tuple(our_task(name) for name in get_args(known.annotation) if name not in ELSEWHERE)


PEER = "prometheus-api-client"
# its package imports them late, which is importing all the same
PEER_MODULES = ("prometheus_api_client.prometheus_connect", "prometheus_api_client.metric_range_df")
PEERS = (
    Task(PEER, PEER, PEER_MODULES, _custom_query_range, _of_long, is_ours=False),
    Task("prometheus-pandas", "prometheus-pandas", ("prometheus_pandas.query",), _query_range, _of_wide, is_ours=False),
)
