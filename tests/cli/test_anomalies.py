"""``mcreports anomalies``: what stands out in the demo, and saying that one knows of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]
SPIKE = ("--period", "2025-10-21", "--tenant", "TENANT_002", "--source", "demo://?seed=7&step=3600")


def test_the_demos_spike_is_listed_with_its_reason(mcreports: Command) -> None:
    ran = mcreports("anomalies", "list", *SPIKE)
    assert ran.code == 0
    assert "TENANT_002 network cost USD +" in ran.out
    assert "21 October 09:00 to 15:00 UTC" in ran.out


def test_for_programs_it_is_json_with_every_figure(mcreports: Command) -> None:
    (one,) = mcreports("anomalies", "list", *SPIKE, "--json").data["anomalies"]
    assert (one["driver"], one["side"], one["start"]) == ("network", "over", "2025-10-21T09:00:00Z")
    assert {figure["id"] for figure in one["figures"]} >= {"anomaly.excess", "anomaly.peak", "anomaly.usual"}
    assert (one["acknowledged"], one["why"].startswith("TENANT_002")) == (None, True)


def test_what_is_acknowledged_is_listed_with_the_note(mcreports: Command) -> None:
    name = mcreports("anomalies", "list", *SPIKE, "--json").data["anomalies"][0]["id"]
    done = mcreports("anomalies", "acknowledge", name, "--note", "a test\x1b[31m", "--by", "Ann", *SPIKE)
    assert (done.code, Path(done.out.removeprefix("acknowledged: ").strip()).exists()) == (0, True)
    listed = mcreports("anomalies", "list", *SPIKE)
    assert f"{name}  KNOWN" in listed.out
    assert "Ann, 2025-11-03 09:00 UTC: a test␛[31m" in listed.out


def test_a_garbled_acknowledgement_is_named_on_stderr(mcreports: Command, tmp_path: Path) -> None:
    (tmp_path / "acknowledgements").mkdir()
    (tmp_path / "acknowledgements" / "x.json").write_text("{", encoding="utf-8")
    ran = mcreports("anomalies", "list", "--period", "2025-10-21", "--source", "demo://?seed=7&step=3600")
    assert "acknowledgements/x.json: is cut off" in ran.err
    assert "TENANT_002 network" in ran.out


def test_an_id_that_there_is_not_is_a_usage_error_naming_those_that_there_are(mcreports: Command) -> None:
    ran = mcreports("anomalies", "acknowledge", "nonsense", "--note", "x", *SPIKE)
    assert (ran.code, ran.out) == (2, "")
    assert "(TENANT_002)" in ran.err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--note", " "), "the note must be said"),
        (("--note", "x", "--until", "soon"), "is no day and no instant"),
        (("--note", "x", "--until", "2025-10-01"), "before the anomaly began"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(mcreports: Command, more: tuple[str, ...], said: str) -> None:
    name = mcreports("anomalies", "list", *SPIKE, "--json").data["anomalies"][0]["id"]
    ran = mcreports("anomalies", "acknowledge", name, *more, *SPIKE)
    assert (ran.code, said in ran.err) == (2, True)


def test_a_period_that_has_not_begun_is_a_usage_error(mcreports: Command) -> None:
    ran = mcreports("anomalies", "list", "--period", "2025-12", "--source", "demo://?seed=7&step=3600")
    assert (ran.code, "has not begun" in ran.err) == (2, True)
