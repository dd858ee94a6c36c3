"""What an answer is: a typed DataFrame that also knows its verdict, its figures and how to get it again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd
import pyarrow as pa

from mcreports.checks import worst
from mcreports.figures import Quality, instant_text
from mcreports.view.markup import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from mcreports.checks import Status, Verdict
    from mcreports.figures import Figure
    from mcreports.workbench.asked import Asked

USD = pd.ArrowDtype(pa.decimal128(18, 2))
QUALITIES = pd.CategoricalDtype([quality.value for quality in Quality])
KEY = "figure"  # the column that names each row's figure
LEFT_OUT = frozenset({KEY, "coverage", "reason"})  # of what people are shown: the passport has it


@dataclass(frozen=True)
class Said:
    """What is to be said of a whole answer: its title, verdicts, freshness, n, and how to get it again.

    ``figures`` has the figure behind each row by its key; ``total`` is the figure of all rows together;
    ``shown`` are the columns that people see, where not all but the passport's, ``value`` being the figure itself.
    """

    title: str
    asked: Asked
    state: str
    through: datetime | None
    n: int
    unit: str
    promql: tuple[str, ...]
    command: str
    verdicts: tuple[Verdict, ...] = ()
    figures: Mapping[str, Figure] = field(default_factory=dict)
    total: Figure | None = None
    notes: tuple[str, ...] = ()
    rows: int = 0
    columns: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()

    @property
    def status(self) -> Status:
        """The gravest verdict; unknown without one."""
        return worst(verdict.status for verdict in self.verdicts)

    @property
    def freshness(self) -> str:
        """How far the data reach, and whether more may come."""
        through = "no data" if self.through is None else f"data through {instant_text(self.through)}"
        return f"{through}, {self.state}"


class Row(pd.Series):
    """A row of an answer, which knows what the answer does."""

    _metadata: ClassVar[list[str]] = ["_name", "said"]
    said: Said | None = None

    @property
    def _constructor(self) -> Callable[..., Row]:
        return Row


class Result(pd.DataFrame):
    """A DataFrame with what is said of it; a table made of it by pandas is one, too."""

    _metadata: ClassVar[list[str]] = ["said"]
    said: Said | None = None

    @property
    def _constructor(self) -> Callable[..., Result]:
        return Result

    @property
    def _constructor_sliced(self) -> Callable[..., Row]:
        return Row

    @property
    def promql(self) -> str:
        """The PromQL of the raw samples that it rests on, one query a line."""
        return "" if self.said is None else "\n".join(self.said.promql)

    @property
    def command(self) -> str:
        """The command line that shows it again."""
        return "" if self.said is None else self.said.command

    @property
    def verdict(self) -> Status | None:
        """The gravest verdict on it."""
        return None if self.said is None else self.said.status

    @property
    def freshness(self) -> str:
        """How far the data reach, and whether more may come."""
        return "" if self.said is None else self.said.freshness

    def _repr_html_(self) -> str | None:
        from mcreports.workbench.shown import result_html

        if self.said is None or tuple(self.columns) != self.said.columns:
            plain: str | None = pd.DataFrame(self)._repr_html_()  # type: ignore[operator]
            return plain
        return result_html(self, self.said)


def result(columns: Mapping[str, Any], said: Said) -> Result:
    """The answer with these columns."""
    made = Result(dict(columns))
    made.said = of_shape(made, said)
    return made


def of_shape(made: pd.DataFrame, said: Said) -> Said:
    """What is said, and of how many rows and which columns: of another table it may not be true."""
    return replace(said, rows=len(made), columns=tuple(map(str, made.columns)))


def column(values: Sequence[Any], dtype: Any) -> Any:  # noqa: ANN401 - an array of any kind
    """A column of a kind, NA where a value is None."""
    return pd.array(values, dtype=dtype)


def names(values: Sequence[str | None]) -> pd.Categorical:
    """Names as a categorical, also those that Arrow could not hold."""
    known = sorted({value for value in values if value is not None})
    return pd.Categorical(list(values), categories=pd.Index(known, dtype="object"))


def instants(values: Sequence[datetime | None], zone: str) -> pd.DatetimeIndex:
    """Instants in the calendar's zone."""
    known = pd.to_datetime(pd.Series(list(values), dtype="object"), utc=True)
    return pd.DatetimeIndex(known).as_unit("ms").tz_convert(zone)


def figure_columns(figures: Sequence[Figure], value: str, dtype: Any) -> dict[str, Any]:  # noqa: ANN401 - a dtype
    """The columns of figures of one kind: value, bounds, quality, coverage, samples, why, and the key."""
    bounds = [figure.bounds or (figure.value, figure.value) for figure in figures]
    return {
        value: column([figure.value for figure in figures], dtype=dtype),
        "low": column([low for low, _ in bounds], dtype=dtype),
        "high": column([high for _, high in bounds], dtype=dtype),
        "quality": pd.Categorical([figure.quality.value for figure in figures], dtype=QUALITIES),
        "coverage": column([figure.coverage for figure in figures], dtype="Float64"),
        "samples": column([figure.samples for figure in figures], dtype="Int64"),
        "reason": column([visible(figure.reason) for figure in figures], dtype="str"),
        KEY: column([visible(figure.key) for figure in figures], dtype="str"),
    }
