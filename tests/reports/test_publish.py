from __future__ import annotations

import errno
import json
import os
import runpy
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mcreports.errors import PublishError
from mcreports.reports.publish import Target, reserve
from mcreports.reports.runs import published
from mcreports.reports.slug import slug
from mcreports.reports.verification import verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from mcreports.reports.publish import Slot

PROGRAM = Path(__file__).with_name("publisher.py")
PUBLISHER = runpy.run_path(str(PROGRAM))
publish, target, fill, record = (PUBLISHER[name] for name in ("publish", "target", "fill", "record"))
PLACE = "daily/2025-10-31"


def names(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


def shown(output: Path) -> str:
    return str((output / PLACE / "current").readlink())


def publish_spoilt(output: Path, spoil: Callable[[Slot], object]) -> None:
    with reserve(target(output)) as slot:
        fill(slot, "2.00", record())
        spoil(slot)
        slot.publish(record())


def test_the_first_run_is_r1_and_current_shows_it(tmp_path: Path) -> None:
    run = publish(target(tmp_path), "1.00")
    assert (run.revision, run.path, run.unchanged, run.changes) == (1, f"{PLACE}/r1", False, ())
    assert shown(tmp_path) == "r1"
    assert names(tmp_path / PLACE / "current") == {
        "MANIFEST.json",
        "report.html",
        "report.json",
        "snapshot",
        "snapshot.json",
    }
    assert names(tmp_path / PLACE) == {".lock", "current", "r1"}


def test_the_same_definition_and_snapshot_stay_one_revision(tmp_path: Path) -> None:
    first = publish(target(tmp_path), "1.00")
    before = (tmp_path / PLACE / "r1/MANIFEST.json").read_bytes()
    again = publish(target(tmp_path), "1.00")
    assert again == replace(first, unchanged=True)
    assert (tmp_path / PLACE / "r1/MANIFEST.json").read_bytes() == before
    assert names(tmp_path / PLACE) == {".lock", "current", "r1"}


def test_what_stands_is_known_before_the_notebook_runs(tmp_path: Path) -> None:
    publish(target(tmp_path), "1.00")
    with reserve(target(tmp_path)) as slot:
        fill(slot, "1.00", record())
        (slot.staging / "report.json").unlink()
        assert slot.standing("sha256:one")
        assert slot.standing("sha256:two") is None
        (slot.staging / "snapshot.json").write_text("{}")
        assert slot.standing("sha256:one") is None


def test_changed_data_give_the_next_revision_with_what_changed(tmp_path: Path) -> None:
    publish(target(tmp_path), "1.00")
    run = publish(target(tmp_path), "2.00", replace(record(), reason="late samples"))
    assert (run.revision, run.reason, shown(tmp_path)) == (2, "late samples", "r2")
    assert [(change.kind, change.id, change.tenant, change.was, change.now) for change in run.changes] == [
        ("figure", "budget.spend.period", "TENANT_001", "1.00", "2.00"),
        ("verdict", "budget.utilization.daily", "TENANT_001", "1.00", "2.00"),
    ]
    assert verify(tmp_path / PLACE / "r1").is_whole


def test_another_definition_gives_the_next_revision(tmp_path: Path) -> None:
    publish(target(tmp_path), "1.00")
    assert publish(target(tmp_path), "1.00", record("sha256:two")).revision == 2


def test_a_preliminary_run_is_followed_by_the_final_one(tmp_path: Path) -> None:
    publish(target(tmp_path), "1.00", record(state="preliminary"))
    run = publish(target(tmp_path), "1.00")
    assert (run.revision, run.state) == (2, "final")


def test_a_run_of_one_tenant_lies_apart_from_that_of_all(tmp_path: Path) -> None:
    publish(target(tmp_path), "1.00")
    run = publish(target(tmp_path, scope=("../x",)), "2.00")
    assert run.path == f"{PLACE}/scopes/{slug('../x')}/r1"
    assert (tmp_path / PLACE / "current/report.html").read_text() == "<p>1.00</p>"
    assert run.scope == slug("../x")


def test_a_tenants_own_run_lies_inside_under_both_manifests(tmp_path: Path) -> None:
    publish(target(tmp_path), "1.00", tenants=["O'Brien", "o'brien"])
    run = publish(target(tmp_path), "2.00", tenants=["O'Brien", "o'brien"])
    own = tmp_path / PLACE / "current/tenants" / slug("o'brien")
    verification = verify(own)
    assert verification.is_whole
    assert verification.manifest
    assert verification.manifest.tenants == ("o'brien",)
    assert {change.now for change in verification.manifest.changes} == {"2.00 of o'brien"}
    assert f"tenants/{slug('o' + chr(39) + 'brien')}/MANIFEST.json" in run.files
    assert verify(tmp_path / PLACE / "current").is_whole


def test_a_tenants_directory_without_a_record_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match=r"tenants.*differ"):
        publish_spoilt(tmp_path, lambda slot: slot.tenant_directory("A"))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("report", "weekly"),
        ("revision", 7),
        ("state", "preliminary"),
        ("definition", "x"),
        ("verdict", {"status": "pass"}),
    ],
)
def test_a_report_that_contradicts_its_run_is_refused(key: str, value: object, tmp_path: Path) -> None:
    def spoil(slot: Slot) -> None:
        file = slot.staging / "report.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | {key: value}))

    publish(target(tmp_path), "1.00")
    with pytest.raises(PublishError, match=f"contradicts the run: {key} is"):
        publish_spoilt(tmp_path, spoil)
    assert (tmp_path / PLACE / "current/report.html").read_text() == "<p>1.00</p>"
    assert names(tmp_path / PLACE) == {".lock", "current", "r1"}


@pytest.mark.parametrize("kind", ["link", "pipe", "manifest"])
def test_what_is_no_file_of_a_report_is_refused(kind: str, tmp_path: Path) -> None:
    make = {"link": lambda path: path.symlink_to("/etc/passwd"), "pipe": os.mkfifo, "manifest": Path.touch}[kind]
    with pytest.raises(PublishError, match="only files"):
        publish_spoilt(tmp_path, lambda slot: make(slot.staging / ("MANIFEST.json" if kind == "manifest" else "x")))
    assert published(tmp_path).runs == ()


def test_a_run_that_fails_leaves_the_last_one_and_no_staging(tmp_path: Path) -> None:
    publish(target(tmp_path), "1.00")
    with pytest.raises(ZeroDivisionError):
        publish_spoilt(tmp_path, lambda _: 1 / 0)
    assert names(tmp_path / PLACE) == {".lock", "current", "r1"}
    assert (tmp_path / PLACE / "current/report.html").read_text() == "<p>1.00</p>"


def test_a_full_disk_while_staging_is_a_publish_error(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="free some space"), reserve(target(tmp_path)):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_an_error_of_the_network_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError), reserve(target(tmp_path)):
        raise ConnectionResetError(errno.ECONNRESET, "reset")


def test_a_damaged_run_is_replaced_by_a_new_revision_that_says_so(tmp_path: Path) -> None:
    publish(target(tmp_path), "1.00")
    (tmp_path / PLACE / "r1/report.html").write_text("<p>9.99</p>")
    run = publish(target(tmp_path), "1.00")
    assert run.revision == 2
    assert run.reason == "r1 was found damaged: report.html: was edited: its SHA-256 is another"


def test_a_run_copied_from_another_day_counts_as_damaged(tmp_path: Path) -> None:
    publish(target(tmp_path), "1.00")
    other = tmp_path / "daily/2025-11-01"
    (tmp_path / PLACE).rename(other)
    run = publish(target(tmp_path, "2025-11-01"), "1.00")
    assert run.revision == 2
    assert "does not belong here" in run.reason


def test_a_whole_revision_that_current_never_showed_is_shown_by_the_next(tmp_path: Path) -> None:
    publish(target(tmp_path), "1.00")
    publish(target(tmp_path), "2.00")
    (tmp_path / PLACE / "current").unlink()
    (tmp_path / PLACE / "current").symlink_to("r1")
    assert publish(target(tmp_path), "2.00").unchanged
    assert shown(tmp_path) == "r2"


def test_a_lost_link_is_found_again(tmp_path: Path) -> None:
    publish(target(tmp_path), "1.00")
    publish(target(tmp_path), "2.00")
    (tmp_path / PLACE / "current").unlink()
    assert published(tmp_path).runs == ()
    assert publish(target(tmp_path), "2.00").revision == 2


def test_a_half_made_revision_is_cleared_away(tmp_path: Path) -> None:
    publish(target(tmp_path), "1.00")
    (tmp_path / PLACE / "r2/snapshot").mkdir(parents=True)
    (tmp_path / PLACE / "r2/report.html").write_text("half")
    run = publish(target(tmp_path), "2.00")
    assert run.revision == 2
    assert verify(tmp_path / run.path).is_whole


def test_the_number_of_a_damaged_revision_is_not_used_again(tmp_path: Path) -> None:
    for spend in ("1.00", "2.00"):
        publish(target(tmp_path), spend)
    (tmp_path / PLACE / "r2/report.html").write_text("edited")
    (tmp_path / PLACE / "current").unlink()
    (tmp_path / PLACE / "current").symlink_to("r1")
    assert publish(target(tmp_path), "3.00").revision == 3
    assert (tmp_path / PLACE / "r2/report.html").read_text() == "edited"


def test_leftovers_of_a_crash_are_cleared_away_and_links_in_them_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").touch()
    staging = tmp_path / PLACE / ".staging"
    staging.mkdir(parents=True)
    (staging / "link").symlink_to(precious)
    (tmp_path / PLACE / ".current").symlink_to("r7")
    publish(target(tmp_path), "1.00")
    assert (precious / "file").exists()
    assert names(tmp_path / PLACE) == {".lock", "current", "r1"}


def test_the_output_directory_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "output").symlink_to("disk")
    publish(target(tmp_path / "output"), "1.00")
    assert verify(tmp_path / "disk" / PLACE / "current").is_whole


@pytest.mark.parametrize("kind", ["dead link", "file"])
def test_something_in_the_way_of_the_output_is_named(kind: str, tmp_path: Path) -> None:
    output = tmp_path / "output"
    output.symlink_to("nowhere") if kind == "dead link" else output.touch()
    with pytest.raises(PublishError, match=r"output.*in the way"):
        publish(target(output), "1.00")


@pytest.mark.parametrize("leads", ["../../../etc", "r1/..", "/etc", "r01"])
def test_a_current_that_leads_elsewhere_is_refused(leads: str, tmp_path: Path) -> None:
    (tmp_path / PLACE).mkdir(parents=True)
    (tmp_path / PLACE / "current").symlink_to(leads)
    with pytest.raises(PublishError, match="not to a revision beside it; move it away"):
        publish(target(tmp_path), "1.00")
    assert "leads to" in published(tmp_path).damaged[0].said


def test_a_current_that_is_a_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / PLACE / "current").mkdir(parents=True)
    with pytest.raises(PublishError, match="move it away"):
        publish(target(tmp_path), "1.00")


def test_two_publishers_of_the_same_make_one_revision(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as workers:
        runs = list(workers.map(lambda _: publish(target(tmp_path), "1.00"), range(4)))
    assert {run.revision for run in runs} == {1}
    assert sorted(run.unchanged for run in runs) == [False, True, True, True]


def test_publishers_of_different_data_get_different_numbers(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as workers:
        runs = list(workers.map(lambda spend: publish(target(tmp_path), spend), "abcd"))
    assert {run.revision for run in runs} == {1, 2, 3, 4}
    assert all(verify(tmp_path / run.path).is_whole for run in published(tmp_path, every_revision=True).runs)


def test_a_target_that_another_publisher_holds_is_named_after_some_patience(tmp_path: Path) -> None:
    with (
        reserve(target(tmp_path)),
        pytest.raises(PublishError, match=r"\.lock: another process"),
        reserve(target(tmp_path), 0.1),
    ):
        pass


def test_the_lock_of_a_killed_holder_is_free_even_if_its_children_live(tmp_path: Path) -> None:
    holder = (
        "import os, runpy, sys, time; from pathlib import Path; module = runpy.run_path(sys.argv[1])\n"
        "with module['reserve'](module['target'](Path(sys.argv[2]))):\n"
        "    os.fork() or time.sleep(9)\n"
        "    print('held', flush=True); time.sleep(9)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(PROGRAM), str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        os.kill(process.pid, signal.SIGKILL)
        began = time.monotonic()
        try:
            assert publish(target(tmp_path), "1.00").revision == 1
        finally:
            os.killpg(process.pid, signal.SIGKILL)
    assert time.monotonic() - began < 5


def test_a_light_process_can_publish(tmp_path: Path) -> None:
    program = "import sys, mcreports.reports.publish as _, mcreports.schedule as _; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False, cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("text", ["{", '{"figures": [{"value": NaN}]}', "[]", '{"schema": "mcreports.report/2"}'])
def test_a_report_that_is_not_ours_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(PublishError, match=r"report\.json: is not"):
        publish_spoilt(tmp_path, lambda slot: (slot.staging / "report.json").write_text(text))


def test_a_scope_has_one_place_whatever_the_order_of_its_tenants(tmp_path: Path) -> None:
    one, two = (Target(tmp_path, "daily", target(tmp_path).period, scope) for scope in (("a", "b"), ("b", "a")))
    assert one.directory == two.directory
