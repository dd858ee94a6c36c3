"""What was spent, by any of tenant, driver, hour, day, week and month: read off the reports' own curves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from mcreports.domains import ledger
from mcreports.domains.accounts import COST, Account, curves
from mcreports.domains.coverage import judge_sights, sights
from mcreports.domains.money import open_books
from mcreports.domains.series import milliseconds
from mcreports.errors import UsageError
from mcreports.workbench import pulls, result
from mcreports.workbench.asked import PARTS, asked
from mcreports.workbench.commands import command, promql

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcreports.domains.accounts import Accounts
    from mcreports.domains.money import Books
    from mcreports.figures import Figure
    from mcreports.period import Period
    from mcreports.snapshot import Snapshot
    from mcreports.workbench.asked import Asked, Span
    from mcreports.workbench.bench import Workbench

SPEND = "budget.spend"
BY = ("tenant", "driver", *PARTS)


@dataclass(frozen=True)
class Row:
    """Whose spend a row is, of which driver, in which part of the time."""

    tenant: str | None
    driver: str | None
    span: Span
    figure: Figure


def cost(
    bench: Workbench, period: str | Period, by: str | Sequence[str] = ("tenant", "driver"), tenant: str | None = None
) -> result.Result:
    """The spend of a period, one row for each of what ``by`` names; rows add up to the total, to the cent."""
    kinds = chosen(by, BY, "spend")
    whose = None if tenant is None else bench.named(tenant)
    about = asked(period, bench.zone)
    snapshot, seen = pulls.pull(bench, (COST,), about, whose)
    spans = _spans(seen, kinds)
    books = _books(snapshot, [*(span for _, span in spans), (seen.start, seen.end)])
    rows = list(_rows(books, kinds, (seen, whose), spans))
    figures = [row.figure for row in rows]
    total = books.figure(f"{SPEND}.period", whose, (seen.start, seen.end))
    known = judge_sights(snapshot, COST, sights(snapshot, COST, seen.start, seen.end), (seen.start, seen.end))
    own = [f for f in known.figures if f.tenant == whose]
    options = [("period", about.label), *(("by", kind) for kind in kinds), ("tenant", whose)]
    _, last = snapshot.reach(COST)
    samples = promql(snapshot.metrics[COST], seen, whose, snapshot.windows[COST].interval or 0)
    said = result.Said(
        f"Spend of {about.label}", about, snapshot.state, None if last is None else min(last, seen.end),
        total.samples, "samples", (samples,), command(bench, "cost", options),
        tuple(v for v in known.verdicts if whose in {None, v.tenant}), bench.remember([*figures, total, *own]), total,
    )  # fmt: skip
    columns = _columns(rows, kinds, bench.zone)
    return result.result(columns | result.figure_columns(figures, "usd", result.USD), said)


def chosen(by: str | Sequence[str], known: Sequence[str], what: str) -> tuple[str, ...]:
    """The parts that an answer is split into; one that there is not is a UsageError."""
    named = by if isinstance(by, Iterable) and not isinstance(by, str) else (by,)
    kinds = tuple(dict.fromkeys(named))
    strange = [kind for kind in kinds if kind not in known]
    if strange:
        msg = f"{what} cannot be split by {', '.join(map(repr, strange))}; by takes {', '.join(known)}"
        raise UsageError(msg)
    if len(set(kinds) & set(PARTS)) > 1:
        msg = f"{', '.join(kinds)}: one of {', '.join(PARTS)} is enough, for each is made of the others"
        raise UsageError(msg)
    return kinds


def _spans(seen: Asked, kinds: Sequence[str]) -> list[tuple[str, Span]]:
    part = next((kind for kind in kinds if kind in PARTS), None)
    return [("", (seen.start, seen.end))] if part is None else list(seen.split(part))


def _books(snapshot: Snapshot, spans: Sequence[Span]) -> Books:
    """The books, with all windows read off each curve at once."""
    wanted = [(milliseconds(start), milliseconds(end)) for start, end in dict.fromkeys(spans)]
    found: Accounts = {}
    for part in snapshot.parts(COST):
        for (tenant, driver), line in curves(snapshot, part).items():
            spends = dict(zip(wanted, ledger.spends(line, wanted), strict=True))
            account = Account(int(line.ts[0]), int(line.ts[-1]), line.interval, spends)
            found.setdefault(tenant, {})[driver] = account
    snapshot.memo["accounts"] = found
    return open_books(snapshot)


def _rows(
    books: Books, kinds: Sequence[str], scope: tuple[Asked, str | None], spans: Sequence[tuple[str, Span]]
) -> Iterator[Row]:
    seen, whose = scope
    whole = seen.start, seen.end
    tenants: Sequence[str | None] = (whose,) if whose is not None or "tenant" not in kinds else books.present(whole)
    part = next((kind for kind in kinds if kind in PARTS), None)
    for tenant, (name, span) in product(tenants, spans):
        for driver in _drivers(books, tenant, whole) if "driver" in kinds else (None,):
            # a row of the whole time is the report's own figure, and so is a day's
            labels = {"day": name} if part == "day" and span == _whole_day(seen, name) else {}
            labels |= {} if driver is None else {"driver": driver}
            figure_id = f"{SPEND}.{part or 'period'}"
            yield Row(tenant, driver, span, books.figure(figure_id, tenant, span, **labels))


def _whole_day(seen: Asked, name: str) -> Span | None:
    return next(((day.start, day.end) for day in seen.period.split("day") if day.label == name), None)


def _drivers(books: Books, tenant: str | None, whole: Span) -> tuple[str | None, ...]:
    """The drivers that cost anything, be it 0, in the whole time; where there is none the silence is a row, too."""
    names = books.tenants if tenant is None else (tenant,)
    return tuple(
        driver for driver in books.drivers if any(books.spend(name, driver, whole).cents is not None for name in names)
    ) or (None,)


def _columns(rows: Sequence[Row], kinds: Sequence[str], zone: str) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for kind in kinds:
        if kind == "tenant":
            columns[kind] = result.names([row.tenant for row in rows])
        elif kind == "driver":
            columns[kind] = result.names([row.driver for row in rows])
        else:
            columns[kind] = result.instants([row.span[0] for row in rows], zone)
    return columns
