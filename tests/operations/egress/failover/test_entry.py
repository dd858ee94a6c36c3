"""The entry: that it goes on when a gateway is back, and that it uses the gateways at all."""

from __future__ import annotations

import pytest

from mcreports.checks import Status
from mcreports.operations.egress.failover import Rehearsal
from mcreports.operations.egress.gateways import Probe
from mcreports.operations.egress.probe import Reply
from mcreports.operations.egress.signs import Switch, carried, told_apart
from mcreports.operations.egress.verdicts import judge_failover

ALONE = {"cut": (), "restore": ()}
BAD = 502, "text/plain", b"no gateway"


@pytest.fixture
def gives(serve, fetched):
    """An entry that asks the gateways in turn, but for as long as ``is_bad``, told whether each is there, says so."""

    def start(is_bad, *gateways):
        def answer(path):
            found = [one.is_up for one in gateways]
            if is_bad(*found) or True not in found:
                return BAD
            try:
                return fetched(gateways[found.index(True)].url + path)
            except OSError:
                return BAD

        return serve(answer)

    return start


def test_an_entry_that_stays_dead_once_the_gateway_is_back_fails(failovers, pair, gives):
    first, second, make = pair
    seen = []

    def is_bad(is_first, _):
        seen.append(is_first)
        return is_first and False in seen

    lone = make(entry=gives(is_bad, first, second), secondary=second.settings(**ALONE), failover=2.0)
    (verdict,) = failovers(lone)
    assert verdict.status is Status.FAIL
    assert "did not go on within 2 s of the return of primary: HTTP 502" in verdict.reason
    assert float(verdict.value) >= 2


def test_the_longer_of_the_two_silences_is_what_counts():
    lost = judge_failover(Rehearsal("primary", 9.0, 0.1, shown="x"), 5.0)
    back = judge_failover(Rehearsal("primary", 0.1, 9.0, shown="x"), 5.0)
    assert (lost.status, back.status, lost.value, back.value) == (Status.FAIL, Status.FAIL, "9.0", "9.0")
    assert judge_failover(Rehearsal("primary", 0.1, 0.2, shown="x"), 5.0).status is Status.PASS


def test_an_entry_that_is_never_steady_is_no_ground_to_cut_a_gateway_off(failovers, pair, gives):
    first, second, make = pair
    asked = []

    def is_bad(*_):
        asked.append(1)
        return len(asked) > 6 and len(asked) % 2

    lone = make(entry=gives(is_bad, first, second), routes=("/v1/models",), failover=1.0)
    before = first.pidfile.read_text()
    assert {verdict.status for verdict in failovers(lone)} == {Status.UNKNOWN}
    assert first.pidfile.read_text() == before


def test_an_entry_that_uses_neither_gateway_proves_nothing(failovers, pair, gateway):
    first, second, make = pair
    third = gateway("c")
    (verdict,) = failovers(make(entry=third.url, secondary=second.settings(**ALONE)))
    assert verdict.status is Status.UNKNOWN
    assert "nothing shows that the entry uses the gateways" in verdict.reason
    verdicts = failovers(make(entry=third.url, cut_both=True, failover=1.5))
    assert [verdict.status for verdict in verdicts] == [Status.UNKNOWN] * 2
    assert all("answers with both gateways cut off" in verdict.reason for verdict in verdicts)
    assert first.is_up
    assert second.is_up


def test_an_entry_that_is_the_secondary_under_another_name_proves_nothing(failovers, pair):
    _, second, make = pair
    entry = f"http://localhost:{second.port}"
    (verdict,) = failovers(make(entry=entry, secondary=second.settings(**ALONE)))
    assert verdict.status is Status.UNKNOWN
    assert "nothing shows" in verdict.reason
    verdicts = failovers(make(entry=entry, cut_both=True, failover=2.0))
    assert [verdict.status.value for verdict in verdicts] == ["unknown", "fail"]


def test_both_gateways_are_not_cut_off_at_once_unless_the_settings_say_so(failovers, pair):
    _, _, make = pair
    verdicts = failovers(make())
    assert {verdict.status for verdict in verdicts} == {Status.UNKNOWN}
    assert all("egress.cut_both" in verdict.reason for verdict in verdicts)


def test_an_entry_that_does_not_come_back_after_the_loss_of_both_fails(failovers, pair, gives):
    first, second, make = pair
    lost = []

    def is_bad(*found):
        lost.extend([1] if True not in found else [])
        return lost

    verdicts = failovers(make(entry=gives(is_bad, first, second), cut_both=True, failover=2.0))
    assert {verdict.status for verdict in verdicts} == {Status.FAIL}
    assert "were not back within 2 s after both were cut off" in verdicts[0].reason
    assert first.is_up
    assert second.is_up


def test_an_interruption_shows_that_the_entry_used_the_gateway(failovers, pair, gives):
    first, second, make = pair
    bad = []

    def is_bad(is_first, _):
        bad.extend([] if is_first else [1])
        return not is_first and len(bad) < 6

    (verdict,) = failovers(make(entry=gives(is_bad, first, second), secondary=second.settings(**ALONE)))
    assert (verdict.status, verdict.reason) == (Status.PASS, "")


def test_answers_that_tell_who_gave_them_show_the_switch(failovers, pair, gateway):
    _, second, make = pair
    own = {"routes": ("/v1/node",), "secondary": second.settings(**ALONE)}
    (verdict,) = failovers(make(**own))
    assert verdict.status is Status.PASS
    (other,) = failovers(make(**own, entry=gateway("c").url))
    assert other.status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("before", "during", "is_shown"),
    [("a", "b", True), ("b", "b", False), ("a", "a", False), ("c", "c", False), ("a", "c", False), ("c", "b", False),
     ("ab", "b", True), ("a", "ab", False)],
)  # fmt: skip
def test_a_switch_is_from_the_signs_of_the_one_to_those_of_the_other(before, during, is_shown):
    def probes(by, clock):
        replies = tuple(
            Reply(1, 200, headers=frozenset({("via", one), ("date", clock), ("server", "x")})) for one in by
        )
        return (Probe("/v1/models", replies, ()),)

    here, there = probes("aa", "1"), probes("bb", "2")
    switch = Switch(told_apart(here, there), told_apart(there, here), carried(probes(before, "2")))
    assert bool(switch.words(carried(probes(during, "3")))) is is_shown
