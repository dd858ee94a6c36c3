"""The baseline itself: whether it still is the one that was agreed on, as the latest signed result remembers it.

Without this, whoever writes the same content into both states has changed the configuration and shows no drift.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mcreports.checks import Status, Verdict
from mcreports.domains.drift_witnesses import flat
from mcreports.evidence.configuration.state import BASELINE
from mcreports.figures import instant_text

if TYPE_CHECKING:
    from mcreports.evidence.configuration import Drift
    from mcreports.evidence.configuration.approvals import Approval
    from mcreports.evidence.kept import Found

CHECK = "config.baseline"
FACT = "baseline"
AGREE = "`mcreports drift approve --baseline` agrees on it"


@dataclass(frozen=True)
class Anchor:
    """The baseline that is held to: its exact hash, since when, when it was last seen; or why that is not known."""

    digest: str = ""
    since: str = ""
    seen: str = ""
    doubt: str = ""


def judge_baseline(drift: Drift, earlier: Found | None, now: datetime) -> tuple[tuple[Verdict, ...], dict[str, str]]:
    """The verdict on the baseline, and what this check's result must remember of it for the next one.

    ``earlier`` is the latest result of this check; None where no key is trusted, and so none can be believed.
    """
    state = drift.states.get(BASELINE)
    anchor = Anchor() if earlier is None else _newest(drift.approvals, _remembered(earlier))
    if state is None or not (state.contents or anchor.digest or anchor.doubt):
        lost = anchor.doubt or (
            f"{anchor.digest} is held to since {anchor.since}, and no baseline can be read" if anchor.digest else ""
        )
        return ((_verdict(Status.UNKNOWN, lost),) if lost else ()), asdict(anchor)
    own = state.exact
    if earlier is None:
        return (_verdict(Status.WARN, "no key is trusted, so nothing proves that it is the one agreed on"),), {}
    if anchor.doubt:
        text = f"which one was agreed on is not known: {anchor.doubt}; {AGREE}"
        return (_verdict(Status.UNKNOWN, text),), asdict(anchor)
    if not anchor.digest:
        text = f"it is seen for the first time, as {own}; {AGREE}"
        return (_verdict(Status.WARN, text),), asdict(Anchor(own, instant_text(now), instant_text(now)))
    followed = _followed(drift.approvals, anchor, own)
    if own != anchor.digest and followed is None:
        text = (
            f"it is {own}; {anchor.digest} is held to since {anchor.since}, last seen {anchor.seen or 'never'}; {AGREE}"
        )
        return (_verdict(Status.FAIL, text),), asdict(anchor)
    if followed is not None:
        anchor = Anchor(own, instant_text(followed.at))
    return (_verdict(Status.PASS, f"the same since {anchor.since}"),), asdict(replace(anchor, seen=instant_text(now)))


def _remembered(earlier: Found) -> Anchor:
    """What the latest result says; nothing if there is none, a doubt if it cannot be believed."""
    if earlier.outcome is None:
        return Anchor(doubt=earlier.doubt if earlier.file else "")
    said = earlier.outcome.facts.get(FACT)
    if not isinstance(said, dict) or not said:
        return Anchor()
    anchor = Anchor(**{name: str(said.get(name, "")) for name in asdict(Anchor())})
    try:
        _instant(anchor.since or anchor.seen or instant_text(earlier.outcome.at))
    except ValueError as error:
        return Anchor(doubt=f"{earlier.file}: {FACT}.since: {error}")
    return anchor


def _newest(approvals: tuple[Approval, ...], anchor: Anchor) -> Anchor:
    """The anchor, or the baseline that somebody agreed on since."""
    agreed = max((one for one in approvals if one.is_of_baseline), key=lambda one: one.at, default=None)
    if agreed is None or (anchor.since and agreed.at < _instant(anchor.since)) or agreed.baseline == anchor.digest:
        return anchor
    return Anchor(agreed.baseline, instant_text(agreed.at))


def _followed(approvals: tuple[Approval, ...], anchor: Anchor, own: str) -> Approval | None:
    """The approval of all that leads from the baseline that was agreed on to exactly this one."""
    since = _instant(anchor.since)
    leading = (one for one in approvals if (one.baseline, one.current) == (anchor.digest, own) and one.at >= since)
    return next(leading, None) if own != anchor.digest else None


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _verdict(status: Status, reason: str) -> Verdict:
    value = {Status.PASS: "0", Status.FAIL: "1"}.get(status)
    return Verdict(CHECK, None, status, value, "0", "<=", "changes", flat(reason))
