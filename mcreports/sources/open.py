"""From the text of ``--source`` to a source: an explicit map of schemes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mcreports.settings import SourceSettings
    from mcreports.sources import Source


def open_source(settings: SourceSettings, now: datetime) -> Source:
    """The source that ``source.url`` names, not yet asked for anything; an unknown scheme is a UsageError."""
    scheme = settings.url.partition(":")[0].strip().lower()
    if scheme not in SCHEMES:
        # an archive stands on sources: mcreports.archive.open opens it
        msg = f"source.url has the scheme {scheme[:20]!r}; the known ones are {', '.join(SCHEMES)}, archive"
        raise UsageError(msg)
    return SCHEMES[scheme](settings, now)


# Each source is imported where it is opened: the demo needs no network, a report on a server no demo.


def _demo(settings: SourceSettings, _now: datetime) -> Source:
    from mcreports.sources.demo import DemoSource

    return DemoSource.from_url(settings.url)


def _server(settings: SourceSettings, now: datetime) -> Source:
    from mcreports.sources.access import Access
    from mcreports.sources.prometheus import PrometheusSource

    Access.of(settings)
    return PrometheusSource(settings, now)


SCHEMES: dict[str, Callable[[SourceSettings, datetime], Source]] = {
    "demo": _demo,
    "http": _server,
    "https": _server,
}
