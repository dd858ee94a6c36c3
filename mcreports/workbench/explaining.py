"""One tenant explained: where it stands, why it changed, what is unusual, where it is heading, and how well it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcreports.checks import Status, worst
from mcreports.domains.coverage import CHECK as COVERAGE
from mcreports.figures import Figure
from mcreports.names import called
from mcreports.reports.record import data_through
from mcreports.view.closing import sentence_text
from mcreports.view.markup import visible
from mcreports.view.page import Band, Heading, Paragraph
from mcreports.view.tables import verdict_table
from mcreports.view.words import check_name, instant_words, verdict_text
from mcreports.workbench import chapters, pulls
from mcreports.workbench.shown import sentence_parts, styled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from mcreports.checks import Verdict
    from mcreports.domains.sentence import Sentence
    from mcreports.period import Period
    from mcreports.workbench.bench import Workbench


@dataclass(frozen=True)
class Explanation:
    """A tenant's chapters, each a few sentences that hold figures, and its verdicts."""

    title: str
    chapters: tuple[tuple[str, tuple[Sentence, ...]], ...]
    verdicts: tuple[Verdict, ...]
    state: str
    through: datetime | None
    n: int

    @property
    def status(self) -> Status:
        """The gravest verdict."""
        return worst(verdict.status for verdict in self.verdicts)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure that a sentence holds, in order."""
        parts = (part for _, sentences in self.chapters for sentence in sentences for part in sentence)
        return tuple(part if isinstance(part, Figure) else part.figure for part in parts if not isinstance(part, str))

    def __str__(self) -> str:
        """All of it as text."""
        through = "no data" if self.through is None else f"data through {instant_words(self.through)}"
        lines = [f"{self.title}, {self.state}, {through}"]
        for name, sentences in self.chapters:
            lines += ["", name, *(f"  {visible(sentence_text(sentence))}" for sentence in sentences)]
        return "\n".join([*lines, "", *(_line(one) for one in self.verdicts)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        state = "" if self.state == "final" else " PROVISIONAL: the period is not over, or not settled."
        through = "No data." if self.through is None else f"Data through {instant_words(self.through)}."
        parts = [Band(self.status, f"{self.title}: n = {self.n:,} samples", (f"{through}{state}",))._repr_html_()]
        for name, sentences in self.chapters:
            parts.append(Heading(name, level=3)._repr_html_())
            parts += [Paragraph(sentence_parts(sentence))._repr_html_() for sentence in sentences]
        parts.append(verdict_table("Verdicts", self.verdicts)._repr_html_())
        return styled("".join(parts))


def _line(verdict: Verdict) -> str:
    labels = "".join(f", {key} {value}" for key, value in verdict.labels)
    return f"{check_name(verdict.check)}{labels}: {verdict_text(verdict)}"


def explain(bench: Workbench, tenant: str, period: str | Period | None) -> Explanation:
    """What a period's report says of a tenant, in sentences made of figures."""
    whose = bench.named(tenant)
    report = pulls.report(bench, period)
    told = tuple((name, tuple(make(report, whose))) for name, make in chapters.CHAPTERS)
    explained = Explanation(
        f"{called(whose)} in {report.snapshot.period}",
        tuple((name, sentences) for name, sentences in told if sentences),
        tuple(_telling(verdict for verdict in report.verdicts if verdict.tenant == whose)),
        report.snapshot.state,
        data_through(report.snapshot),
        sum(one.samples for one in report.figures.of("budget.spend.period", whose) if not one.labels),
    )
    bench.remember(explained.figures)
    return explained


def _telling(verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    """All verdicts, but of the metrics' coverage what is missing, and that once."""
    told: set[str] = set()
    for verdict in verdicts:
        if verdict.check != COVERAGE:
            yield verdict
        elif verdict.status is not Status.PASS and verdict.reason not in told:
            told.add(verdict.reason)
            yield verdict
