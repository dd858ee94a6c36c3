"""Rates: the reports' own, with n and bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from mcreports.domains.proof_size import wilson
from mcreports.errors import UsageError

if TYPE_CHECKING:
    from mcreports.domains.compose import Report
    from mcreports.workbench.bench import Workbench


def test_rates_and_verdicts_are_the_daily_reports_own(demo: Workbench, report: Report) -> None:
    wanted = {figure.key: figure for figure in report.figures}
    for by in ("tenant", ()):
        found = demo.rates("2025-10-31", by)
        assert found.said is not None
        assert [found.said.figures[key] for key in found["figure"]] == [wanted[key] for key in found["figure"]]
    judged = {(one.check, one.tenant): one for one in report.verdicts if not one.labels}
    said = demo.rates("2025-10-31").said
    assert said is not None
    assert len(said.verdicts) == 19
    assert all(judged[one.check, one.tenant] == one for one in said.verdicts)


def test_each_rate_has_its_n_and_the_interval_of_wilson(demo: Workbench) -> None:
    row = demo.rates("2025-10-30", "tenant", "TENANT_003", rate="autonomy.success_rate").iloc[0]
    good = round(row["percent"] * row["n"] / 100)
    assert (row["low"], row["high"]) == wilson(good, row["n"])
    assert row["verdict"] == "fail"


def test_days_have_rates_of_their_own(demo: Workbench) -> None:
    found = demo.rates("2025-10-24..2025-10-31", ("tenant", "day"), "TENANT_003", rate="autonomy.success_rate")
    assert found["day"].dt.day.tolist() == list(range(24, 32))
    assert found.loc[found["verdict"] == "fail", "day"].dt.day.tolist() == [30]


def test_a_tenant_that_was_not_there_yet_has_no_rate(demo: Workbench) -> None:
    found = demo.rates("2025-10-08", "tenant", "TENANT_006")
    assert found["percent"].isna().all()
    assert set(found["verdict"]) == {"unknown"}
    assert found.verdict == "unknown"


def test_the_platforms_autonomy_is_not_judged_for_it_is_each_tenants_own(demo: Workbench) -> None:
    found = demo.rates("2025-10-30", ())
    assert pd.isna(found["verdict"]).tolist() == [True, True, False]


@pytest.mark.parametrize(("options", "said"), [({"by": "driver"}, "by takes tenant"), ({"rate": "luck"}, "there are")])
def test_what_there_is_no_rate_of_is_told(demo: Workbench, options: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        demo.rates("2025-10-30", **options)  # type: ignore[arg-type]
