"""``mcreports cost``, ``rates`` and ``raw``: the workbench's answers off the notebook."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

Command = Callable[..., Any]
DEMO = ("--source", "demo://?seed=7&step=3600")


def test_spend_adds_up_in_every_form(mcreports: Command) -> None:
    words = ("cost", "--period", "2025-10-31", *DEMO)
    whole = Decimal(mcreports(*words, "--json").data["rows"][0]["usd"])
    for by in ("tenant", "driver", "hour"):
        told = mcreports(*words, "--by", by, "--format", "json").data
        assert sum(Decimal(row["usd"]) for row in told["rows"]) == whole
        rows = list(csv.DictReader(io.StringIO(mcreports(*words, "--by", by, "--format", "csv").out)))
        assert [row["usd"] for row in rows] == [row["usd"] for row in told["rows"]]
    assert (told["state"], told["status"], told["data_through"]) == ("final", "pass", "2025-11-01T00:00:00Z")
    assert told["figures"][0]["method"] == "counter.curve"


def test_a_table_says_how_fresh_it_is_and_of_how_many(mcreports: Command) -> None:
    ran = mcreports("cost", "--period", "2025-10-31", "--by", "tenant", *DEMO)
    assert ran.out.splitlines()[0].split() == ["tenant", "usd", "low", "high", "quality", "samples"]
    assert ran.out.splitlines()[-1] == "data through 2025-11-01T00:00:00Z, final; n = 432 samples; pass"


def test_rates_have_their_n_and_their_verdict(mcreports: Command) -> None:
    words = ("rates", "--period", "2025-10-30", "--by", "tenant", "--rate", "autonomy.success_rate", *DEMO)
    found = {row["tenant"]: row for row in mcreports(*words, "--json").data["rows"]}
    assert [name for name, row in found.items() if row["verdict"] == "fail"] == ["TENANT_003"]
    assert found["TENANT_003"]["low"] < found["TENANT_003"]["percent"] < found["TENANT_003"]["high"]


def test_raw_samples_are_told_one_by_one(mcreports: Command) -> None:
    words = ("raw", "--metric", "budget.limit_daily", "--period", "2025-10-30", "--tenant", "TENANT_004", *DEMO)
    told = mcreports(*words, "--json").data
    assert len(told["rows"]) == told["n"] == 24
    assert told["rows"][0] == {"tenant": "TENANT_004", "ts": "2025-10-30T00:00:00+00:00", "value": 635.0}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("cost", "--period", "2025-10", "--by", "team"), "by takes tenant, driver"),
        (("cost", "--period", "soon"), "is not a period"),
        (("cost", "--period", "2025-10", "--tenant", "TENANT_04"), "did you mean TENANT_004"),
        (("rates", "--period", "2025-10", "--rate", "luck"), "there is no rate"),
        (("raw", "--period", "2025-10", "--metric", "budget.costs"), "did you mean budget.cost"),
    ],
)
def test_what_cannot_be_asked_is_a_usage_error(mcreports: Command, words: tuple[str, ...], said: str) -> None:
    ran = mcreports(*words, *DEMO)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_without_a_source_the_demo_is_said_aloud(mcreports: Command) -> None:
    ran = mcreports("cost", "--period", "2025-10-31")
    assert "invented data of the embedded demo" in ran.err
    assert json.dumps(ran.out)


def test_a_spreadsheet_does_not_execute_a_name() -> None:
    import pandas as pd

    from mcreports.workbench.printed import as_csv, as_text
    from mcreports.workbench.result import Result

    wild = Result({"tenant": ["=1+1", "two\nlines\x1b[2J"], "usd": pd.array([1.5, None], dtype="Float64")})
    assert as_csv(wild).splitlines()[1] == "'=1+1,1.5"
    assert "\x1b" not in as_text(wild)
    assert "two␊lines" in as_text(wild)
