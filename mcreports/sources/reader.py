"""How samples are read: one whole answer at a time, in windows that grow and shrink with what came back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mcreports.errors import DataError, SourceError
from mcreports.sources.answer import TooMuchError
from mcreports.sources.wire import TooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mcreports.samples import Series
    from mcreports.sources.http import StrictSession
    from mcreports.sources.question import Question

HOUR = 3_600_000
DAY = 24 * HOUR
WIDEST_WINDOW = 32 * DAY
NARROWEST_WINDOW = 60_000  # a minute that is still too much is the answer
GROWTH = 8


class Reader(Protocol):
    """One way to ask a server for raw samples; every way gives the same ones."""

    @property
    def name(self) -> str:
        """What doctor calls it."""
        ...

    @property
    def enough(self) -> int:
        """How many samples one answer should hold."""
        ...

    @property
    def opening(self) -> int:
        """The first window in ms, which tells how dense the samples are."""
        ...

    @property
    def names_at_once(self) -> int:
        """How many tenants one request can name."""
        ...

    def read(self, session: StrictSession, question: Question) -> list[Series]:
        """The whole answer: every sample but NaN, -0.0 as 0.0, each series under the server's own labels."""
        ...


def read_parts(
    reader: Reader, session: StrictSession, question: Question, names: Callable[[], tuple[str, ...]]
) -> Iterator[Iterator[Series]]:
    """What answers the question in parts, each with whole series: all of it if it is little, else tenant by tenant.

    ``names`` lists the tenants; those that it leaves out come last, so that none is lost.
    """
    span = question.after - question.first
    if reader.names_at_once == 1 or "tenant" not in question.metric.labels or span <= 2 * reader.opening:
        yield read_all(reader, session, question)
        return
    total = _estimate(reader, session, question)
    if total <= 2 * reader.enough:
        yield read_all(reader, session, question)
        return
    listed = tuple(sorted({"", *names()})) if question.tenants is None else tuple(sorted(question.tenants))
    size = max(1, len(listed) * reader.enough // total)
    for at in range(0, len(listed), size):
        yield read_all(reader, session, question.about(listed[at : at + size]), WIDEST_WINDOW)
    if question.tenants is None:
        yield read_all(reader, session, question.others(listed), WIDEST_WINDOW)


def _estimate(reader: Reader, session: StrictSession, question: Question) -> int:
    """About how many samples there are, by the densest of three places; it decides on the way, not on the answer."""
    last = question.after - reader.opening
    places = {question.first, (question.first + last) // 2, last}
    windows = [question.within(at, at + reader.opening) for at in sorted(places)]
    counts = [sum(len(one.ts) for one in read_all(reader, session, window)) for window in windows]
    return max(counts) * (question.after - question.first) // reader.opening


def read_all(reader: Reader, session: StrictSession, question: Question, width: int | None = None) -> Iterator[Series]:
    """Every sample that answers the question, in pieces of about ``reader.enough`` samples at once.

    ``width`` is the first window in ms where one is known that fits.
    """
    width, widest = width or reader.opening, WIDEST_WINDOW
    for portion in _portions(question, reader.names_at_once):
        at = portion.first
        while at < portion.after:
            until = min(at + width, portion.after)
            try:
                series = reader.read(session, portion.within(at, until))
            except (TooMuchError, TooLargeError):
                if until - at <= NARROWEST_WINDOW:
                    raise
                width = widest = (until - at + 1) // 2
                continue
            _refuse_strangers(question, series)
            count = sum(len(one.ts) for one in series)
            yield from (one for one in series if len(one.ts))
            del series
            width = int(min(widest, GROWTH * width, width * reader.enough / max(count, 1)))
            width, at = max(width, NARROWEST_WINDOW), until


def _refuse_strangers(question: Question, series: list[Series]) -> None:
    """Raise an error for a series that was not asked for: the server's filter did not hold."""
    metric, names = question.metric, question.tenants
    label = metric.server_label("tenant")
    for one in series:
        if one.labels.get("__name__", metric.name) != metric.name:
            msg = f"{metric.name}: the answer holds a series of another metric: {dict(one.labels)}"
            raise SourceError(msg)
        tenant = one.labels.get(label, "")
        if tenant in question.but or (names is not None and tenant not in names):
            msg = f"{metric.name}: the answer holds a series of tenant {tenant!r}, who was not asked for"
            raise DataError(msg)


def _portions(question: Question, size: int) -> list[Question]:
    names = question.tenants
    if names is None:
        return [question]
    return [question.about(names[at : at + size]) for at in range(0, len(names), size)]
