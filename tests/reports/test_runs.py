from __future__ import annotations

import json
import runpy
import shutil
from pathlib import Path

import pytest

from mcreports.errors import UsageError
from mcreports.reports import manifest
from mcreports.reports.runs import Published, find_run, published
from mcreports.reports.slug import slug

PUBLISHER = runpy.run_path(str(Path(__file__).with_name("publisher.py")))
publish, target, record = (PUBLISHER[name] for name in ("publish", "target", "record"))
PLACE = "daily/2025-10-31"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    publish(target(tmp_path), "1.00")
    publish(target(tmp_path), "2.00")
    publish(target(tmp_path, "2025-10-30"), "1.00")
    publish(target(tmp_path, scope=("A",)), "1.00")
    publish(target(tmp_path, "2025-10", report="monthly"), "1.00")
    return tmp_path


def test_the_current_runs_are_read_from_their_manifests_oldest_period_first(output: Path) -> None:
    found = published(output)
    assert [run.path for run in found.runs] == [
        "monthly/2025-10/r1",
        "daily/2025-10-30/r1",
        "daily/2025-10-31/r2",
        f"daily/2025-10-31/scopes/{slug('A')}/r1",
    ]
    assert found.damaged == ()
    run = found.runs[2]
    assert (run.period_label, run.zone, run.scope, run.status, run.state) == (
        "2025-10-31",
        "UTC",
        None,
        "fail",
        "final",
    )
    assert run.headline == "TENANT_005 spent 91.4 %"
    assert set(run.files) == {"report.html", "report.json", "snapshot.json", "snapshot/metric.budget.cost.parquet"}


def test_every_revision_is_there_when_asked_for(output: Path) -> None:
    paths = [run.path for run in published(output, every_revision=True).runs]
    assert [path for path in paths if path.startswith(f"{PLACE}/r")] == [f"{PLACE}/r1", f"{PLACE}/r2"]


def test_what_current_never_showed_is_not_published(output: Path) -> None:
    before = published(output, every_revision=True)
    shutil.copytree(output / PLACE / "r2", output / PLACE / "r3")
    assert published(output, every_revision=True) == before


def test_an_output_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert published(tmp_path / "nowhere") == Published()


def test_other_files_in_the_output_are_no_runs(output: Path) -> None:
    before = published(output)
    (output / "index.html").touch()
    (output / "daily/notes.txt").touch()
    (output / "assets/fonts").mkdir(parents=True)
    assert published(output) == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is damaged"),
        ("[]", "the manifest is a list"),
        ("{}", "'schema' is missing"),
        ("[" * 100_000, "is damaged"),
        ('{"schema": "mcreports.manifest/1", "schema": "mcreports.manifest/1"}', "a key is there twice"),
        ('{"schema": "mcreports.manifest/2"}', "its schema is 'mcreports.manifest/2'"),
    ],
)
def test_a_damaged_manifest_is_told_and_hides_no_other_run(text: str, said: str, output: Path) -> None:
    (output / PLACE / "r2/MANIFEST.json").write_text(text)
    found = published(output)
    assert len(found.runs) == 3
    assert [damaged.path for damaged in found.damaged] == [f"{PLACE}/r2"]
    assert said in found.damaged[0].said


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("revision", "2"),
        ("files", []),
        ("files", {"a": 1}),
        ("changes", [1]),
        ("changes", [{}]),
        ("period", None),
        ("tenants", "x"),
    ],
)
def test_a_manifest_of_other_shapes_is_damaged(key: str, value: object, output: Path) -> None:
    file = output / PLACE / "r2/MANIFEST.json"
    body = json.loads(file.read_text()) | {key: value}
    del body["digest"]
    file.write_text(json.dumps(body | {"digest": manifest._digest(body)}))  # noqa: SLF001 - as a forger would
    assert "is damaged" in published(output).damaged[0].said


def test_a_current_that_leads_to_nothing_is_told(output: Path) -> None:
    shutil.rmtree(output / PLACE / "r2")
    assert "is missing" in published(output).damaged[0].said


def test_a_run_that_lies_in_another_place_is_told(output: Path) -> None:
    (output / "daily/2025-10-30").rename(output / "daily/2025-10-29")
    assert "does not belong here" in published(output).damaged[0].said


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (PLACE, f"{PLACE}/r2"),
        (f"{PLACE}/r1", f"{PLACE}/r1"),
        (f"{PLACE}/current", f"{PLACE}/r2"),
        (f"{PLACE}/r1/MANIFEST.json", f"{PLACE}/r1"),
        ("monthly/2025-10", "monthly/2025-10/r1"),
        (f"{PLACE}/scopes/{slug('A')}", f"{PLACE}/scopes/{slug('A')}/r1"),
    ],
)
def test_a_run_is_found_by_its_name_and_by_its_path(text: str, found: str, output: Path) -> None:
    assert find_run(text, output) == (output / found).resolve()
    assert find_run(str(output / text), Path("elsewhere")) == (output / found).resolve()


def test_a_run_without_its_manifest_is_still_found_so_that_it_can_be_verified(output: Path) -> None:
    (output / PLACE / "r1/MANIFEST.json").unlink()
    assert find_run(f"{PLACE}/r1", output) == (output / PLACE / "r1").resolve()


@pytest.mark.parametrize(
    "text", ["", "daily", "daily/2025-10-28", f"{PLACE}/r7", "../daily/2025-10-31", "a\0b", "\udcff"]
)
def test_what_is_no_run_is_refused_with_those_that_there_are(text: str, output: Path) -> None:
    with pytest.raises(UsageError, match=r"is not a run; .*daily/2025-10-31/r2") as refused:
        find_run(text, output / "daily/.." if text.startswith("..") else output)
    assert repr(text) in str(refused.value)
