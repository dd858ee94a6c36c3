"""Raw samples from a Prometheus, and from whatever speaks its API: VictoriaMetrics, Thanos, Mimir."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from prometheus_api_client import PrometheusConnect

from mcreports.errors import SettingsError, SourceError
from mcreports.samples import Note, Pulled, Series, empty, gather
from mcreports.sources import SourceInfo
from mcreports.sources.access import Access
from mcreports.sources.answer import NotThereError, PartialError, TooMuchError
from mcreports.sources.http import StrictSession
from mcreports.sources.wire import TooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mcreports.metrics import Metric
    from mcreports.settings import SourceSettings

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MS = timedelta(milliseconds=1)
FIRST_WINDOW = 3_600_000  # an hour tells how dense the samples are
WIDEST_WINDOW = 32 * 24 * FIRST_WINDOW
NARROWEST_WINDOW = 60_000  # a minute that is still too much is the answer
GROWTH = 8
ENOUGH = 300_000  # samples in one answer: some 8 MB of JSON, 60 MB as Python holds them


@dataclass(frozen=True)
class PrometheusSource:
    """A server that answers PromQL; ``now`` is the time of opening, against which its clock is held."""

    settings: SourceSettings
    now: datetime | None = None
    opened: float = field(default_factory=time.monotonic, repr=False)

    @cached_property
    def access(self) -> Access:
        """The address and the credentials."""
        return Access.of(self.settings)

    @cached_property
    def info(self) -> SourceInfo:
        """What the server says that it is, asked once."""
        return SourceInfo(identify(self.access)[0], self.access.shown)

    def fetch(self, metric: Metric, start: datetime, end: datetime, tenants: Sequence[str] | None = None) -> Pulled:
        """Every raw sample with start <= ts < end; nothing but a note when the server's answer is partial.

        A server that cannot be reached in time is an UnreachableError, a wrong credential, path or
        clock a SettingsError, an answer that cannot be trusted a SourceError or a DataError.
        """
        first, after = _milliseconds(start), _milliseconds(end)
        selectors, notes = _selectors(metric, tenants)
        if first >= after or not selectors:  # VictoriaMetrics answers an inverted window with success and nothing
            return Pulled(empty(metric), notes)
        errand = f"{metric.name} for {_instant(first)}..{_instant(after)}"
        with StrictSession(self.access, errand, wants="matrix") as session:
            client = PrometheusConnect(self.access.url, session=session)

            def ask(selector: str, first: int, after: int) -> list[Series]:
                # The left edge is closed in Prometheus 2 and open in 3 and in VictoriaMetrics: ask for
                # a millisecond more on both sides, and take what belongs.
                query = f"{selector}[{after - first + 3}ms]"
                result = client.custom_query(query, params={"time": _instant(after + 1)})
                return [_series(metric, raw, first, after) for raw in result]

            try:
                pulled = gather(metric, _windows(ask, selectors, first, after), tenants)
            except PartialError as error:
                note = Note("source.partial", metric.key, None, f"{error}; so nothing of {metric.name} is shown")
                return Pulled(empty(metric), (*notes, note))
            if self.now is not None:
                ours = self.now + timedelta(seconds=time.monotonic() - self.opened)
                refuse_skew(self.access, session.server_time, ours)
        return Pulled(pulled.table, (*notes, *pulled.notes))


def identify(access: Access) -> tuple[str, str]:
    """The kind of server (prometheus or victoriametrics), and the version that it tells."""
    with StrictSession(access, "its version") as session:
        try:
            answer = session.get(f"{access.url}/api/v1/status/buildinfo")
        except NotThereError:
            return "prometheus", ""  # older than 2.14, or another that speaks its API
    data = answer.json()["data"]
    told = data if isinstance(data, dict) else {}
    # VictoriaMetrics says nothing, or for Grafana's sake a Prometheus version; only it lacks a revision
    is_victoria = "X-Server-Hostname" in answer.headers or not told.get("revision")
    return ("victoriametrics", "") if is_victoria else ("prometheus", str(told.get("version", "")))


def refuse_skew(access: Access, theirs: datetime | None, ours: datetime) -> None:
    """Raise a SettingsError naming both times when the clocks differ by more than ``source.max_skew``."""
    if theirs is not None and abs((theirs - ours).total_seconds()) > access.settings.max_skew:
        msg = (
            f"{access.shown}: its clock says {theirs:%Y-%m-%dT%H:%M:%SZ} and this machine's "
            f"{ours.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}; set the wrong one right (source.max_skew allows "
            f"{access.settings.max_skew:g} s)"
        )
        raise SettingsError(msg)


def _selectors(metric: Metric, tenants: Sequence[str] | None) -> tuple[list[str], tuple[Note, ...]]:
    """One exact selector for each tenant, and a note for names that no server can hold."""
    if tenants is None or "tenant" not in metric.labels:
        return [metric.selector()], ()
    names = list(dict.fromkeys(tenants))
    torn = [name for name in names if not _is_text(name)]
    text = "this tenant's name holds half a character (a lone surrogate), which no server can store"
    notes = tuple(Note("source.tenant", metric.key, name, text) for name in torn)
    return [metric.selector(tenant=name) for name in names if name not in torn], notes


def _is_text(name: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in name)


def _windows(
    ask: Callable[[str, int, int], list[Series]], selectors: list[str], first: int, after: int
) -> Iterator[Series]:
    """All series of all selectors, asked for in windows that grow and shrink with their density."""
    width, widest = FIRST_WINDOW, WIDEST_WINDOW
    for selector in selectors:
        at = first
        while at < after:
            until = min(at + width, after)
            try:
                series = ask(selector, at, until)
            except (TooMuchError, TooLargeError):
                if until - at <= NARROWEST_WINDOW:
                    raise
                width = widest = (until - at + 1) // 2
                continue
            yield from (one for one in series if len(one.ts))
            count = sum(len(one.ts) for one in series)
            width = int(min(widest, GROWTH * width, width * ENOUGH / max(count, 1)))
            width, at = max(width, NARROWEST_WINDOW), until


def _series(metric: Metric, raw: Any, first: int, after: int) -> Series:  # noqa: ANN401 - JSON
    """One series of a matrix, its samples in [first, after) as arrays."""
    if isinstance(raw, dict) and "histograms" in raw:
        msg = f"{metric.name}: the answer holds a native histogram, which is not read: use classic buckets"
        raise SourceError(msg)
    try:
        labels, values = raw["metric"], raw["values"]
        ts = np.fromiter((pair[0] for pair in values), np.float64, len(values))
        numbers = np.fromiter((float(pair[1]) for pair in values), np.float64, len(values))
        texts = all(isinstance(text, str) for text in labels.values())
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        msg = f"{metric.name}: the answer holds what is not a series of samples: {str(raw)[:200]!r}"
        raise SourceError(msg) from error
    if not texts or labels.get("__name__", metric.name) != metric.name or not (abs(ts) < 2**43).all():
        msg = f"{metric.name}: the answer holds a series of another metric, or instants that cannot be: {labels}"
        raise SourceError(msg)
    stamps = np.rint(ts * 1000).astype(np.int64)
    inside = (stamps >= first) & (stamps < after)
    return Series(labels, stamps[inside], numbers[inside])


def _milliseconds(moment: datetime) -> int:
    """The first whole millisecond at or after a moment, so that [start, end) stays exact."""
    return -((EPOCH - moment) // MS)


def _instant(milliseconds: int) -> str:
    """RFC 3339, which no server rounds; a plain number of seconds loses its milliseconds in VictoriaMetrics."""
    return (EPOCH + milliseconds * MS).isoformat(timespec="milliseconds").replace("+00:00", "Z")
