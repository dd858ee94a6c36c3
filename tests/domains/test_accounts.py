from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.domains import accounts, facts, ledger
from mcreports.domains.compose import compose
from mcreports.domains.money import open_books
from mcreports.period import Period
from mcreports.settings import Settings
from mcreports.sources.demo import DemoSource
from mcreports.take import Order, take

NOW = datetime(2025, 11, 5, tzinfo=UTC)
REPORTS = {"daily": "2025-10-31", "weekly": "2025-W44", "monthly": "2025-10", "trends": "2025-08-01..2025-10-31"}


def taken(report: str) -> Any:
    return take(Order(report, Period.parse(REPORTS[report])), DemoSource(7, step=3600), Settings(), NOW)


@pytest.mark.parametrize("report", REPORTS)
def test_what_a_report_asks_for_was_foreseen(report: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One pass over the costs and one over each other metric: a window that was not foreseen reads them again."""
    read: list[tuple[int, int]] = []
    monkeypatch.setattr(accounts, "spend", lambda *asked: read.append(asked[-1]) or ledger.Spend(None))
    monkeypatch.setattr("mcreports.domains.money.spend", accounts.spend)
    swept: list[str] = []
    sweep = facts.sweep
    monkeypatch.setattr(facts, "sweep", lambda snapshot, key, asks: swept.append(key) or sweep(snapshot, key, asks))
    compose(taken(report))
    # the last hour of each tenant ends where its data end, which nobody can foresee
    assert {end - start for start, end in read} <= ({3_600_000} if report == "daily" else set())
    assert len(swept) == len(set(swept))


@given(st.lists(st.integers(0, 744 * 12), min_size=2, max_size=2, unique=True))
def test_a_window_that_was_not_foreseen_is_what_its_halves_add_up_to(ends: list[int]) -> None:
    books = open_books(SNAPSHOT)
    start, end = (datetime.fromtimestamp(1_759_276_800 + 300 * at, UTC) for at in sorted(ends))
    middle = start + (end - start) / 2
    for tenant in books.tenants:
        parts = [books.spend(tenant, None, span).cents for span in ((start, middle), (middle, end))]
        whole = books.spend(tenant, None, (start, end)).cents
        assert whole == sum(part or 0 for part in parts) or whole is None


SNAPSHOT = taken("monthly")


def test_facts_of_a_tenant_do_not_hang_on_who_is_beside_it() -> None:
    whole, own = facts.prepare(SNAPSHOT), accounts.accounts(SNAPSHOT)
    for tenant in SNAPSHOT.tenants:
        alone = _only(tenant)
        assert accounts.accounts(alone) == {name: one for name, one in own.items() if name == tenant}
        for name, found in facts.prepare(alone).items():
            expected = {at: value for at, value in whole[name].items() if at in {tenant, None}}
            assert found == expected, name


def _only(tenant: str) -> Any:
    from dataclasses import replace

    tables = {
        key: table[table["tenant"] == tenant] if "tenant" in table else table for key, table in SNAPSHOT.tables.items()
    }
    return replace(SNAPSHOT, tables=tables)
