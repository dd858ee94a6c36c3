"""Failover: gateways that are really stopped and started, and every way in which trying proves nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mcreports.checks import Status
from mcreports.errors import McreportsError
from mcreports.operation_sections import GatewaySettings
from mcreports.operations.egress.cutting import cut_off
from mcreports.operations.egress.watching import Moment, Watch, longest_silence

FALSE = (sys.executable, "-ISc", "import sys; sys.exit('no such gateway')")
TRUE = (sys.executable, "-ISc", "")


def test_a_failover_that_was_tried_passes_with_its_interruption_and_both_gateways_are_back(failovers, pair):
    first, second, make = pair
    verdicts = failovers(make(cut_both=True))
    assert [(dict(v.labels)["gateway"], v.status.value) for v in verdicts] == [
        ("primary", "pass"),
        ("secondary", "pass"),
    ]
    assert all(0 < float(verdict.value) < 3 for verdict in verdicts)
    assert first.is_up
    assert second.is_up


def test_an_entry_that_knows_one_gateway_alone_fails_and_the_gateway_is_put_back(failovers, pair, entry):
    first, second, make = pair
    lone = make(entry=entry(first), secondary=second.settings(cut=(), restore=()), failover=0.9)
    (verdict,) = failovers(lone)
    assert verdict.status is Status.FAIL
    assert "HTTP 502" in verdict.reason
    assert float(verdict.value) >= 0.9
    assert first.is_up


def test_an_entry_that_shows_a_page_of_apology_has_not_failed_over(failovers, pair, serve, entry, fetched):
    first, second, make = pair
    url = entry(first)
    sorry = serve(lambda path: fetched(url + path) if first.is_up else (200, "text/html", b"<h1>Sorry"))
    (verdict,) = failovers(make(entry=sorry, secondary=second.settings(cut=(), restore=())))
    assert verdict.status is Status.UNKNOWN
    assert "proves no route" in verdict.reason


def test_without_the_flag_nothing_is_cut_off_and_nothing_is_claimed(failovers, pair, tmp_path):
    _, _, make = pair
    mark = tmp_path / "cut"
    touch = (sys.executable, "-ISc", f"open({str(mark)!r}, 'w')")
    own = make()
    own = own.model_copy(update={"primary": own.primary.model_copy(update={"cut": touch})})
    (verdict,) = failovers(own, is_failover=False)
    assert verdict.status is Status.UNKNOWN
    assert "--failover" in verdict.reason
    assert not mark.exists()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"entry": None}, "egress.entry"),
        ({"routes": ()}, "egress.routes"),
        ({"secondary": None}, "egress.secondary"),
    ],
)
def test_what_the_settings_lack_for_a_failover_is_named(failovers, pair, changes, named):
    _, _, make = pair
    verdicts = failovers(make(**changes))
    assert {verdict.status for verdict in verdicts} == {Status.UNKNOWN}
    assert named in verdicts[0].reason


def test_a_gateway_without_commands_is_not_cut_off_and_the_setting_is_named(failovers, pair):
    first, second, make = pair
    (verdict,) = failovers(make(primary=first.settings(cut=()), secondary=second.settings(cut=())))
    assert verdict.reason == "not tried: not set: egress.primary.cut"


def test_nothing_is_cut_off_while_the_other_gateway_is_ill(failovers, pair):
    first, second, make = pair
    own = make()
    subprocess.run(second.cut, check=True)
    before = first.pidfile.read_text()
    verdicts = failovers(own)
    assert {verdict.status for verdict in verdicts} == {Status.UNKNOWN}
    assert all("not tried" in verdict.reason for verdict in verdicts)
    assert first.pidfile.read_text() == before


def test_a_cut_that_cuts_nothing_off_proves_nothing(failovers, pair):
    first, second, make = pair
    own = make(primary=first.settings(cut=TRUE), secondary=second.settings(cut=(), restore=()), failover=1.5)
    (verdict,) = failovers(own)
    assert (verdict.status, verdict.value) == (Status.UNKNOWN, None)
    assert "still healthy" in verdict.reason


@pytest.mark.parametrize(("words", "said"), [(FALSE, "no such gateway"), (("/nonexistent/cut",), "cannot be run")])
def test_a_cut_command_that_fails_proves_nothing_and_is_told(failovers, pair, words, said):
    first, second, make = pair
    (verdict,) = failovers(make(primary=first.settings(cut=words), secondary=second.settings(cut=(), restore=())))
    assert verdict.status is Status.UNKNOWN
    assert said in verdict.reason
    assert first.is_up


@pytest.mark.parametrize(("words", "said"), [(FALSE, "no such gateway"), (TRUE, "not healthy within")])
def test_a_gateway_that_does_not_come_back_is_a_failure_and_the_other_is_left_alone(failovers, pair, words, said):
    first, second, make = pair
    verdicts = failovers(make(primary=first.settings(restore=words), failover=0.9))
    assert [verdict.status.value for verdict in verdicts] == ["fail", "unknown"]
    assert said in verdicts[0].reason
    assert "by hand" in verdicts[0].reason
    assert second.is_up


def test_a_gateway_that_comes_back_by_itself_was_not_lost_long_enough(failovers, pair, serve, tmp_path):
    _, second, make = pair
    mark, asked = tmp_path / "cut", []

    def answer(path):
        if path == "/health" and mark.exists():
            asked.append(path)
        return (503 if len(asked) == 1 else 200), "text/plain", b"ok"

    touch = (sys.executable, "-ISc", f"open({str(mark)!r}, 'w')")
    first = GatewaySettings(url=serve(answer), cut=touch, restore=TRUE)
    (verdict,) = failovers(make(primary=first, secondary=second.settings(cut=(), restore=())))
    assert verdict.status is Status.UNKNOWN
    assert "came back before" in verdict.reason


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
def test_whatever_happens_meanwhile_the_gateway_is_put_back(gateway, error):
    running = gateway("a")
    seen = []
    with pytest.raises(error), cut_off(running.cut, running.restore, 5):  # noqa: PT012 - the state just before matters
        seen.append(running.is_up)
        raise error
    assert (seen, running.is_up) == ([False], True)


def test_an_interrupt_after_which_the_gateway_stays_off_says_so(gateway):
    running = gateway("a")
    with pytest.raises(McreportsError, match=r"not put back.*no such gateway"), cut_off(running.cut, FALSE, 5):
        raise KeyboardInterrupt


def test_a_command_that_hangs_is_ended():
    hang = (sys.executable, "-ISc", "import time; time.sleep(60)")
    started = time.monotonic()
    with cut_off(hang, TRUE, 0.3) as cut:
        assert "did not end within 0.3 s" in cut.fault
    assert time.monotonic() - started < 2


def started(words: list[str], place: Path) -> subprocess.Popen[bytes]:
    """A process that minds Ctrl+C, even where these tests were started by what does not."""
    hears = ["env", "--default-signal=INT", *words]
    return subprocess.Popen(hears, cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_command_line_that_is_stopped_while_a_gateway_is_off_puts_it_back(pair, entry, tmp_path, number):
    first, second, _ = pair
    settings = tmp_path / "mcreports.toml"
    settings.write_text(
        f'[egress]\nentry = "{entry(first)}"\nroutes = ["/v1/models"]\ntimeout = 1\nfailover = 60\n'
        f'[egress.primary]\nurl = "{first.url}"\ncut = {list(first.cut)!r}\nrestore = {list(first.restore)!r}\n'
        f'[egress.secondary]\nurl = "{second.url}"\n'
    )
    words = [sys.executable, "-m", "mcreports.cli", "--config", str(settings), "egress", "check", "--failover"]
    with started(words, tmp_path) as process:
        ends = time.monotonic() + 20
        while first.is_up and time.monotonic() < ends:
            time.sleep(0.05)
        assert not first.is_up
        process.send_signal(number)
        _, said = process.communicate(timeout=20)
    assert process.returncode == (130 if number is signal.SIGINT else 128 + number), said
    assert first.is_up


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_request_to_stop_waits_for_a_cut_that_is_half_done(tmp_path, number):
    half, whole, restored = (tmp_path / name for name in ("half", "whole", "restored"))
    cut = f"import pathlib as p, time; p.Path({str(half)!r}).touch(); time.sleep(0.5); p.Path({str(whole)!r}).touch()"
    restore = f"import os, sys; os.rename({str(whole)!r}, {str(restored)!r})"
    program = (
        "import sys; from mcreports.operations.egress.cutting import cut_off\n"
        f"with cut_off((sys.executable, '-ISc', {cut!r}), (sys.executable, '-ISc', {restore!r}), 20):\n"
        "    print('went on', flush=True)\n"
    )
    with started([sys.executable, "-c", program], tmp_path) as process:
        ends = time.monotonic() + 20
        while not half.exists() and time.monotonic() < ends:
            time.sleep(0.01)
        process.send_signal(number)
        printed, said = process.communicate(timeout=20)
    assert restored.exists(), said
    assert printed == b""
    assert process.returncode in {128 + number, -number}


def test_the_longest_silence_reaches_from_one_good_answer_to_the_next():
    looks = [Moment(0, 1), Moment(1, 2, "HTTP 502"), Moment(2, 5, "timeout"), Moment(5, 6), Moment(6, 7)]
    assert longest_silence(looks, 0, 7) == 5
    assert longest_silence(looks[:3], 0, 9) == 8
    assert longest_silence([], 0, 3) == 3


def test_answers_in_turns_are_not_steady():
    turns = iter(["", "HTTP 502"] * 500)
    with Watch(lambda: next(turns)) as watch:
        time.sleep(0.8)
        assert not watch.is_steady(0)
