from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from mcreports.checks import Status, Verdict
from mcreports.evidence.outcomes import Outcome, write
from mcreports.reports.outcome_page import write_page

if TYPE_CHECKING:
    from pathlib import Path

Visit = Callable[..., Any]
AT = datetime(2025, 11, 3, 9, tzinfo=UTC)
DIFF = "\n".join(["  @@ -1,1 +1,60 @@", *(f"  +  key_{number}: {'x' * 150}" for number in range(60))])


@pytest.fixture
def outcome_page(tmp_path: Path) -> Path:
    """A page of long names, hashes and a long diff."""
    paths = [f"autonomy/TENANT_003/simulation_of_a_long_name_{day:02}.json" for day in range(1, 21)]
    evidence = [{"rests_on": path, "sha256": "0123456789abcdef" * 4, "of": "2025-11-03T09:00:01Z"} for path in paths]
    reason = "the source is demo:, no server that answers PromQL: give --source http(s)://..."
    verdicts = (
        Verdict("readiness.autonomy_evidence", None, Status.FAIL, "2973", "2974", ">=", "checks", f"{paths[0]}: short"),
        Verdict("readiness.dashboards", None, Status.UNKNOWN, None, "1", ">=", "checks", reason),
    )
    inputs = dict.fromkeys(paths, "0123456789abcdef" * 4)
    outcome = Outcome("readiness", AT, verdicts, {"evidence": evidence, "note": ""}, inputs)
    return write_page(outcome, write(outcome, tmp_path, None), lines=("changed: a.yaml", DIFF))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_an_outcomes_page_fits_every_width_and_everybody_can_read_it(
    visit: Visit, outcome_page: Path, width: int, scheme: str
) -> None:
    seen = visit(outcome_page, width, color_scheme=scheme)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.page.evaluate("document.documentElement.scrollHeight") < 6000
    assert (seen.violations(), seen.complaints, seen.requests) == ([], [], [])


def test_a_diff_keeps_its_indentation_and_is_scrolled_both_ways(visit: Visit, outcome_page: Path) -> None:
    block = visit(outcome_page, 360).page.locator("pre")
    assert block.inner_text().split("\n")[1].startswith("+  key_0: ")
    assert block.evaluate("each => each.scrollWidth > each.clientWidth && each.scrollHeight > each.clientHeight")
    assert block.evaluate("each => getComputedStyle(each).fontFamily.includes('monospace')")
