"""A snapshot: exactly the rows and rules that one report may see, as files that travel."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mcreports import samples
from mcreports.errors import DataError, UsageError
from mcreports.metrics import Metric
from mcreports.period import Period
from mcreports.rules import Rule
from mcreports.samples import Note
from mcreports.shelf import Shelf, parts
from mcreports.sources import SourceInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import pandas as pd

SCHEMA = "mcreports.snapshot/1"
FILE = "snapshot.json"


@dataclass(frozen=True)
class Window:
    """[start, end) that was asked for, the first sample of anybody's in it, and the usual interval in ms, if known."""

    start: datetime
    end: datetime
    watched_since: datetime | None = None
    interval: float | None = None


@dataclass(frozen=True)
class Snapshot:
    """All that a report rests on: the period, the tenants, the rules, the samples, the evidence.

    ``tables`` holds one conformed table per metric key, ``windows`` what was asked of the source for
    it; ``evidence`` the tables read from evidence files; ``configured`` whether the tenants were named
    in the settings; ``rules`` each check's thresholds, under ``check`` and ``check|tenant``.
    """

    report: str
    period: Period
    state: str
    tenants: tuple[str, ...]
    source: SourceInfo
    metrics: Mapping[str, Metric]
    tables: Mapping[str, pd.DataFrame]
    windows: Mapping[str, Window]
    rules: Mapping[str, Rule]
    owners: Mapping[str, str] = field(default_factory=dict)
    budgets: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    evidence: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    configured: bool = False
    memo: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    def once(self, name: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever is made
        """What was worked out of this snapshot under a name before, else made now and kept."""
        if name not in self.memo:
            self.memo[name] = make()
        return self.memo[name]

    def table(self, key: str) -> pd.DataFrame:
        """The samples of a metric; an empty table when none were pulled."""
        return self.tables[key] if key in self.tables else samples.empty(self.metrics[key])

    def parts(self, key: str) -> Iterator[pd.DataFrame]:
        """The samples of a metric, a part at a time, each with all rows of its tenants."""
        return parts(self.tables, key)

    def lot(self, key: str, tenant: str) -> pd.DataFrame:
        """The samples of one tenant."""
        if isinstance(self.tables, Shelf) and key in self.tables:
            return self.tables.lot(key, tenant)
        table = self.table(key)
        return table[table["tenant"] == tenant]

    def reach(self, key: str) -> tuple[datetime, datetime] | tuple[None, None]:
        """A metric's first and last instant; None where it has no sample."""
        if isinstance(self.tables, Shelf) and key in self.tables:
            return self.tables.reach(key)
        ts = self.table(key)["ts"]
        return (None, None) if ts.empty else (ts.min().to_pydatetime(), ts.max().to_pydatetime())

    def rule(self, check: str, tenant: str | None = None) -> Rule:
        """The thresholds of a check, for a tenant that has its own or for all."""
        return self.rules.get(f"{check}|{tenant}", self.rules[check])


def shelf_of(directory: Path, kind: str = "metric", rows: dict[str, int] | None = None) -> Shelf:
    """Where the tables of a snapshot in a directory lie; what is put there is already part of it."""
    return Shelf(directory / "snapshot", kind, rows)


def _kinds(snapshot: Snapshot) -> tuple[tuple[str, Mapping[str, pd.DataFrame]], ...]:
    return ("metric", snapshot.tables), ("evidence", snapshot.evidence)


def _shelved(tables: Mapping[str, pd.DataFrame], shelf: Shelf) -> Shelf:
    """The tables on their shelf, put there unless that is where they already are."""
    if isinstance(tables, Shelf) and tables.folder == shelf.folder:
        return tables
    shelf.update(tables)
    return shelf


def write(snapshot: Snapshot, directory: Path) -> None:
    """Write ``snapshot.json`` and a Parquet file per table under ``snapshot/``; same rows, same bytes."""
    tables, evidence = (_shelved(given, shelf_of(directory, kind)) for kind, given in _kinds(snapshot))
    body = {
        "schema": SCHEMA,
        "report": snapshot.report,
        "period": {"label": snapshot.period.label, "zone": snapshot.period.zone},
        "state": snapshot.state,
        "tenants": list(snapshot.tenants),
        "configured": snapshot.configured,
        "source": asdict(snapshot.source),
        "metrics": {key: asdict(metric) for key, metric in snapshot.metrics.items()},
        "tables": tables.rows,
        "windows": {key: _window_text(window) for key, window in snapshot.windows.items()},
        "rules": {name: asdict(rule) for name, rule in snapshot.rules.items()},
        "owners": dict(snapshot.owners),
        "budgets": {tenant: dict(own) for tenant, own in snapshot.budgets.items()},
        "evidence": evidence.rows,
        "notes": [asdict(note) for note in snapshot.notes],
    }
    directory.mkdir(parents=True, exist_ok=True)
    text = json.dumps(body, indent=1, sort_keys=True, default=str)
    (directory / FILE).write_text(text, encoding="utf-8")


def read(directory: Path) -> Snapshot:
    """The snapshot that :func:`write` left in a directory, down to the last row; tables are read when asked for."""
    try:
        body = json.loads((directory / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{directory / FILE}: the snapshot cannot be read: {error}"
        raise DataError(msg) from error
    schema = body.get("schema") if isinstance(body, dict) else None
    if schema != SCHEMA:
        msg = f"{directory / FILE}: the schema is {schema!r}, not {SCHEMA}"
        raise DataError(msg)
    try:
        return _snapshot(body, directory)
    except (KeyError, TypeError, AttributeError, ValueError, ArithmeticError, UsageError) as error:
        msg = f"{directory / FILE}: the snapshot is not as it was written: {type(error).__name__}: {error}"
        raise DataError(msg) from error


def _snapshot(body: dict[str, Any], directory: Path) -> Snapshot:
    metrics = {key: Metric(**{**raw, "labels": tuple(raw["labels"])}) for key, raw in body["metrics"].items()}
    return Snapshot(
        report=body["report"],
        period=Period.parse(body["period"]["label"], body["period"]["zone"]),
        state=body["state"],
        tenants=tuple(body["tenants"]),
        configured=body["configured"],
        source=SourceInfo(**body["source"]),
        metrics=metrics,
        tables=shelf_of(directory, "metric", body["tables"]),
        windows={key: _window(raw) for key, raw in body["windows"].items()},
        rules={name: _rule(raw) for name, raw in body["rules"].items()},
        owners=body["owners"],
        budgets={t: {k: Decimal(v) for k, v in own.items()} for t, own in body["budgets"].items()},
        evidence=shelf_of(directory, "evidence", body["evidence"]),
        notes=tuple(Note(**note) for note in body["notes"]),
    )


def _rule(raw: dict[str, str | None]) -> Rule:
    money = {key: None if raw[key] is None else Decimal(str(raw[key])) for key in ("warn", "fail", "least_usd")}
    return Rule(**{**raw, **money})  # type: ignore[arg-type]


def _window_text(window: Window) -> dict[str, str | float | None]:
    since = window.watched_since
    return {
        "start": window.start.isoformat(),
        "end": window.end.isoformat(),
        "watched_since": None if since is None else since.isoformat(),
        "interval": window.interval,
    }


def _window(raw: dict[str, Any]) -> Window:
    start, end = (datetime.fromisoformat(str(raw[key])) for key in ("start", "end"))
    since, interval = raw["watched_since"], raw["interval"]
    known = None if interval is None else float(interval)
    return Window(start, end, None if since is None else datetime.fromisoformat(since), known)
