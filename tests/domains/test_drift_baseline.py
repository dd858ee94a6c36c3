"""The baseline is the one that was agreed on, or it is named with the one that was."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from securesystemslib.signer import CryptoSigner

from mcreports.checks import Verdict
from mcreports.domains.drift_baseline import FACT, judge_baseline
from mcreports.evidence.configuration import Drift, gather
from mcreports.evidence.configuration.approvals import Approval, record
from mcreports.evidence.configuration.state import attest
from mcreports.evidence.kept import Found, latest
from mcreports.evidence.keys import Keyring, Trusted
from mcreports.evidence.outcomes import Outcome, write

NOW = datetime(2025, 11, 1, 9, tzinfo=UTC)
AGREED, EVIL = {"a": "1", "b": "2"}, {"a": "1", "b": "evil"}
SIGNER = CryptoSigner.generate_ed25519()
RING = Keyring((Trusted(SIGNER.public_key.keyid, SIGNER.public_key),))


@dataclass
class Post:
    """A directory of evidence that is checked hour after hour."""

    root: Path
    now: datetime = NOW

    @property
    def drift(self) -> Drift:
        return gather(self.root / "evidence", RING, self.now)

    @property
    def earlier(self) -> Found:
        return latest(self.root / "out", "config.drift", RING, self.now)

    def put(self, contents: dict[str, Any], **other: Any) -> str:
        """Both states with these contents, and the exact hash of that."""
        folder = self.root / "evidence/config"
        folder.mkdir(parents=True, exist_ok=True)
        for side in ("baseline", "current"):
            (folder / f"config-{side}.json").write_text(json.dumps({**attest(contents, NOW), **other}))
        return self.drift.states["baseline"].exact

    def check(self) -> Verdict:
        """The verdict of the next hour, whose result is kept."""
        self.now += timedelta(hours=1)
        verdicts, fact = judge_baseline(self.drift, self.earlier, self.now)
        write(Outcome("config.drift", self.now, verdicts, {FACT: fact}), self.root / "out", SIGNER)
        return verdicts[0]

    def approve(self, *, baseline: str, current: str = "", signer: Any = SIGNER) -> None:
        changes = tuple(one.change for one in self.drift.changes) if current else ()
        given = Approval("Ann", self.now, "CHG-1", baseline, changes, current=current)
        record(self.root / "evidence", given, signer)


@pytest.fixture
def post(tmp_path: Path) -> Post:
    """A baseline that two checks have seen."""
    found = Post(tmp_path)
    found.put(AGREED)
    assert [found.check().status.value for _ in range(2)] == ["warn", "pass"]
    return found


def test_a_baseline_that_is_seen_for_the_first_time_is_no_pass_and_how_to_agree_on_it_is_said(tmp_path: Path) -> None:
    own = Post(tmp_path).put(AGREED)
    verdict = Post(tmp_path).check()
    assert verdict.status.value == "warn"
    assert (
        verdict.reason == f"it is seen for the first time, as {own}; `mcreports drift approve --baseline` agrees on it"
    )


def test_the_same_content_written_into_both_states_fails_with_both_digests_and_does_so_again(post: Post) -> None:
    agreed, evil = post.drift.states["baseline"].exact, post.put(EVIL)
    assert post.drift.changes == ()
    for _ in range(3):
        verdict = post.check()
        assert verdict.status.value == "fail"
        told = f"it is {evil}; {agreed} is held to since 2025-11-01T10:00:00Z, last seen 2025-11-01T11:00:00Z; "
        assert verdict.reason.startswith(told)
    post.put(AGREED)
    assert post.check().status.value == "pass"


def test_what_a_baseline_says_of_its_time_changes_nothing(post: Post) -> None:
    post.put(AGREED, timestamp="2020-01-01T00:00:00Z", git_commit="0" * 40)
    assert post.check().status.value == "pass"


def test_a_baseline_that_somebody_agreed_on_passes_and_the_one_before_it_no_longer_does(post: Post) -> None:
    agreed, new = post.drift.states["baseline"].exact, post.put(EVIL)
    post.approve(baseline=new)
    assert [post.check().status.value for _ in range(2)] == ["pass", "pass"]
    assert post.put(AGREED) == agreed
    assert post.check().status.value == "fail"


def test_an_agreement_holds_even_if_every_earlier_result_is_gone(post: Post) -> None:
    post.approve(baseline=post.put(EVIL))
    for file in (post.root / "out/config.drift").iterdir():
        file.unlink()
    assert post.check().status.value == "pass"
    post.put(AGREED)
    assert post.check().status.value == "fail"


@pytest.mark.parametrize("signer", [None, CryptoSigner.generate_ed25519()], ids=["unsigned", "a stranger's"])
def test_an_agreement_that_no_trusted_key_signed_does_not_count(post: Post, signer: Any) -> None:
    post.approve(baseline=post.put(EVIL), signer=signer)
    assert post.check().status.value == "fail"


def test_an_approved_state_may_become_the_baseline_and_only_from_the_one_that_was_agreed_on(post: Post) -> None:
    agreed = post.drift.states["baseline"].exact
    new = post.put(EVIL)
    post.put(AGREED)
    (post.root / "evidence/config/config-current.json").write_text(json.dumps(attest(EVIL, NOW)))
    post.approve(baseline="0" * 64, current=new)
    post.put(EVIL)
    assert post.check().status.value == "fail"
    post.put(AGREED)
    (post.root / "evidence/config/config-current.json").write_text(json.dumps(attest(EVIL, NOW)))
    post.approve(baseline=agreed, current=new)
    post.put(EVIL)
    assert [post.check().status.value for _ in range(2)] == ["pass", "pass"]
    post.put(AGREED)
    assert post.check().status.value == "fail"


@pytest.mark.parametrize("signer", [None, CryptoSigner.generate_ed25519()], ids=["unsigned", "a stranger's"])
def test_a_result_that_cannot_be_believed_is_unknown_until_somebody_agrees(post: Post, signer: Any) -> None:
    post.put(EVIL)
    forged = {FACT: {"digest": post.drift.states["baseline"].exact, "since": "2025-11-01T10:00:00Z"}}
    write(Outcome("config.drift", post.now + timedelta(minutes=1), (), forged), post.root / "out", signer)
    for _ in range(2):
        verdict = post.check()
        assert verdict.status.value == "unknown"
        assert "which one was agreed on is not known: config.drift/" in verdict.reason
    post.approve(baseline=post.drift.states["baseline"].exact)
    assert post.check().status.value == "pass"


@pytest.mark.parametrize("said", [{"since": "soon"}, {"digest": 7, "since": ["x"]}])
def test_a_result_that_remembers_nonsense_is_a_doubt(post: Post, said: Any) -> None:
    odd = replace(post.earlier, outcome=Outcome("config.drift", NOW, (), {FACT: said}))
    ((verdict,), _) = judge_baseline(post.drift, odd, NOW)
    assert verdict.status.value == "unknown"


@pytest.mark.parametrize("said", [None, {}, []])
def test_a_result_of_before_baselines_were_remembered_remembers_none(post: Post, said: Any) -> None:
    odd = replace(post.earlier, outcome=Outcome("config.drift", NOW, (), {FACT: said}))
    ((verdict,), _) = judge_baseline(post.drift, odd, NOW)
    assert verdict.status.value == "warn"


def test_a_baseline_that_cannot_be_read_is_unknown_and_what_was_agreed_on_is_not_forgotten(post: Post) -> None:
    file = post.root / "evidence/config/config-baseline.json"
    file.write_text("{")
    verdict = post.check()
    assert (verdict.status.value, "and no baseline can be read" in verdict.reason) == ("unknown", True)
    post.put(EVIL)
    assert post.check().status.value == "fail"


def test_without_a_trusted_key_nothing_is_agreed_on(post: Post) -> None:
    ((verdict,), fact) = judge_baseline(post.drift, None, NOW)
    assert (verdict.status.value, "no key is trusted" in verdict.reason, fact) == ("warn", True, {})


def test_a_baseline_without_any_file_is_not_held_to_and_does_not_stand_in_for_one_that_was(post: Post) -> None:
    full = post.drift
    post.put({})
    assert post.check().status.value == "fail"
    for file in (post.root / "out/config.drift").iterdir():
        file.unlink()
    assert judge_baseline(post.drift, post.earlier, NOW) == ((), {"digest": "", "since": "", "seen": "", "doubt": ""})
    assert judge_baseline(full, post.earlier, NOW)[0][0].status.value == "warn"


def test_where_there_was_never_a_baseline_nothing_is_said_of_it(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    post = Post(tmp_path)
    assert judge_baseline(post.drift, post.earlier, NOW)[0] == ()
