"""How many samples each series has in a window, counted by the server: a number each, however long the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_api_client import PrometheusConnect

from mcreports.errors import SourceError
from mcreports.sources.access import Access
from mcreports.sources.http import StrictSession
from mcreports.sources.question import Question, instant

if TYPE_CHECKING:
    from datetime import datetime

    from mcreports.metrics import Metric
    from mcreports.settings import SourceSettings

WHOLE = {"histogram": {"le": "+Inf"}}  # one bucket stands for all: they come from one scrape
Counts = dict[tuple[str, ...], int]


def resets_of(settings: SourceSettings, metric: Metric, start: datetime, end: datetime) -> Counts:
    """How often each series of a counter fell in [start, end), as the server counts it; only those that did."""
    found = _counted("resets", settings, metric, (start, end))
    return {own: count for own, count in found.items() if count}


def counts_of(settings: SourceSettings, metric: Metric, start: datetime, end: datetime) -> Counts:
    """The samples in [start, end) of each series, by its labels in the metric's order; of replicas the fullest's.

    Of a histogram only the bucket up to +Inf is counted. Prometheus 2 counts the millisecond before the
    start, too. Errors are those of ``PrometheusSource.series``, and a SourceError that names what is no count.
    """
    return _counted("count_over_time", settings, metric, (start, end))


def _counted(function: str, settings: SourceSettings, metric: Metric, span: tuple[datetime, datetime]) -> Counts:
    access, question = Access.of(settings), Question.of(metric, *span, None)
    selector = metric.selector(**WHOLE.get(metric.kind, {}))
    query = f"{function}({selector}[{question.after - question.first}ms])"
    with StrictSession(access, f"the samples of {question.errand}", wants="vector") as session:
        client = PrometheusConnect(access.url, session=session)
        answer = client.custom_query(query, params={"time": instant(question.after - 1)})
    found: Counts = {}
    for raw in answer:
        try:
            labels, count = raw["metric"], int(raw["value"][1])
            own = tuple(str(labels.get(metric.server_label(label), "")) for label in metric.labels)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            msg = f"{access.shown}: the answer on {question.errand} holds what is no count: {str(raw)[:200]}"
            raise SourceError(msg) from error
        found[own] = max(count, found.get(own, 0))
    return found
