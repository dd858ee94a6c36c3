"""One sentence that says how things stand, and the few that say why; all from figures and verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcreports.checks import NAMES, Status, worst
from mcreports.domains.story import story
from mcreports.names import called

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcreports.checks import Reconciliation, Verdict
    from mcreports.domains.sentence import Sentence
    from mcreports.figures import Figures
    from mcreports.snapshot import Snapshot

MOST_NAMES = 3
ORDER = tuple(NAMES)
SAID = {
    Status.FAIL: ("fails", "fail"),
    Status.UNKNOWN: ("is without data", "are without data"),
    Status.WARN: ("needs watching", "need watching"),
}


@dataclass(frozen=True)
class Headline:
    """The report's status, its one sentence, and the sentences that carry it."""

    status: Status
    text: str
    sentences: tuple[Sentence, ...]


def headline(
    snapshot: Snapshot,
    figures: Figures,
    verdicts: Sequence[Verdict],
    sums: Sequence[Reconciliation],
    unusual: Sequence[Sentence] = (),
) -> Headline:
    """The gravest thing first: failures, then what is unknown, then what to watch; before them what changed and why.

    A reconciliation that fails makes the report fail; without a verdict nothing is proven.
    """
    judged = [v.status for v in verdicts] or [Status.UNKNOWN]
    status = worst([*judged, *(s.status for s in sums)])
    counts = {each: [v for v in verdicts if v.status is each] for each in Status}
    broken = [s.name for s in sums if s.status is Status.FAIL]
    sentences: list[Sentence] = [(f"The sums do not agree: {', '.join(broken)}.",)] if broken else []
    sentences += [*story(snapshot, figures, verdicts), *unusual]
    for each, word in ((Status.FAIL, "Failing"), (Status.UNKNOWN, "Without data"), (Status.WARN, "To watch")):
        if counts[each]:
            sentences.append((f"{word}: {'; '.join(_grouped(counts[each]))}.",))
    return Headline(status, _text(status, counts, broken), tuple(sentences))


def _text(status: Status, counts: dict[Status, list[Verdict]], broken: list[str]) -> str:
    checks = sum(map(len, counts.values()))
    if broken:
        return "the sums do not agree"
    if not checks:
        return "nothing was checked: there is no verdict"
    if status is Status.PASS:
        return f"all {checks:,} checks pass"
    worst_ones = counts[status]
    if not worst_ones:
        return f"{checks:,} checks were made, and it is not known whether the sums agree"
    first, *others = _grouped(worst_ones)
    one, several = SAID[status]
    word = one if len(worst_ones) == 1 else several
    return f"{len(worst_ones):,} of {checks:,} checks {word}{', first' if others else ':'} {first}"


def _grouped(verdicts: Sequence[Verdict]) -> list[str]:
    """One phrase per check and source, naming its tenants."""
    groups: dict[tuple[str, str], dict[str, None]] = {}
    for verdict in verdicts:
        # what evidence claims is not what the metric says; the metrics of a coverage are one check
        key = verdict.check, dict(verdict.labels).get("source", "")
        groups.setdefault(key, {})[_whose(verdict.tenant)] = None
    phrases = []
    for check, source in sorted(groups, key=lambda key: (_rank(key[0]), key[1])):
        names = list(groups[check, source])
        more = f" and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
        name = _inside(NAMES.get(check, check)) + (f" by {source}" if source else "")
        phrases.append(f"{name} ({', '.join(names[:MOST_NAMES])}{more})")
    return phrases


def _whose(tenant: str | None) -> str:
    return "the platform" if tenant is None else called(tenant)


def _rank(check: str) -> tuple[int, str]:
    return (ORDER.index(check) if check in ORDER else len(ORDER), check)


def _inside(name: str) -> str:
    """A name within a sentence: its first letter small, unless it is an abbreviation's."""
    return name if name[1:2].isupper() or name.startswith("GraphQL") else name[:1].lower() + name[1:]
