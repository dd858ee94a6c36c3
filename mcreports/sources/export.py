"""VictoriaMetrics' /api/v1/export: a line of JSON for each series, its numbers read as columns."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import requests

from mcreports.errors import SourceError
from mcreports.sources.answer import AgainError, Answer
from mcreports.sources.columns import Columns
from mcreports.sources.question import instant
from mcreports.sources.remote_read import refuse_failure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mcreports.samples import Series
    from mcreports.sources.http import StrictSession
    from mcreports.sources.question import Question

PATH = "/api/v1/export"
ENOUGH = 600_000  # samples in one answer: some 18 MB of JSON
LINE = 20_000  # samples in one line
_HEAD, _MIDDLE, _LAST, _END = b'{"metric":', b'},"values":[', b'],"timestamps":[', b"]}"


@dataclass(frozen=True)
class Export:
    """Reads what the raw range selector of the same server would give; no answer is over ``limit`` bytes."""

    url: str
    limit: int
    name = "export"
    path = PATH
    opening = 86_400_000
    names_at_once = 500

    @property
    def enough(self) -> int:
        """How many samples one answer should hold."""
        return min(ENOUGH, self.limit // 64)

    def read(self, session: StrictSession, question: Question) -> list[Series]:
        """Every sample in the window of the named tenants, or of all."""
        return session.call(self.request(question), lambda answer: read_lines(answer).series(question))

    def request(self, question: Question) -> requests.Request:
        """The request; both ends of its window are closed."""
        # reduce_mem_usage would leave out the de-duplication that the range selector does
        form = {
            "match[]": question.selectors,
            "start": instant(question.first),
            "end": instant(question.after - 1),
            "max_rows_per_line": str(LINE),
            "deny_partial_response": "1",
        }
        return requests.Request("POST", f"{self.url}{PATH}", data=form, headers={"Accept": "*/*"})


def read_lines(answer: Answer) -> Columns:
    """Every sample of every line; lines that do not end are worth another try."""
    refuse_failure(answer)
    if answer.media not in {"application/stream+json", "application/json"}:
        msg = f"got {answer.media}, wanted lines of JSON"
        raise AgainError(msg)
    if answer.body and not answer.body.endswith(b"\n"):
        raise AgainError("the lines of JSON are cut off")
    labels: list[dict[str, str]] = []
    values: list[bytes] = []
    stamps: list[bytes] = []
    for line in filter(None, answer.body.split(b"\n")):
        middle = line.find(_MIDDLE)
        last = line.find(_LAST, middle)
        if middle < 0 or last < 0 or not line.startswith(_HEAD) or not line.endswith(_END):
            raise SourceError(f"a line of the answer is not a series of samples: {_shown(line)}")
        labels.append(_labels(line[len(_HEAD) : middle + 1]))
        values.append(line[middle + len(_MIDDLE) : last])
        stamps.append(line[last + len(_LAST) : -len(_END)])
    counts = _lengths(stamps)
    if (counts != _lengths(values)).any():
        raise SourceError("a line of the answer has not as many values as instants")
    kept = [number for number, text in enumerate(stamps) if text]
    columns = _numbers([values[number] for number in kept]), _instants([stamps[number] for number in kept])
    if not len(columns[0]) == len(columns[1]) == counts.sum():
        raise SourceError("the lines of the answer hold what is not a list of numbers")
    return Columns(labels, counts, columns[1], columns[0])


def _shown(text: bytes) -> str:
    return repr(text[:200].decode("utf-8", "replace"))


def _lengths(lists: list[bytes]) -> NDArray[np.int64]:
    return np.array([text.count(b",") + 1 if text else 0 for text in lists], np.int64)


def _labels(text: bytes) -> dict[str, str]:
    try:
        labels = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"a line's labels are malformed: {_shown(text)}") from error
    if not isinstance(labels, dict) or not all(isinstance(value, str) for value in labels.values()):
        raise SourceError(f"a line's labels are not text: {_shown(text)}")
    return labels


def _numbers(lists: list[bytes]) -> NDArray[np.float64]:
    """The numbers of all lists; null is NaN, "Infinity" is text in quotes: a column of CSV, read bit for bit."""
    import pyarrow as pa
    from pyarrow import csv

    if not lists:
        return np.empty(0, np.float64)
    try:
        table = csv.read_csv(
            pa.py_buffer(b"\n".join(lists).replace(b",", b"\n")),
            csv.ReadOptions(use_threads=False, column_names=["value"], block_size=1 << 22),
            csv.ParseOptions(delimiter="\t", ignore_empty_lines=False),
            csv.ConvertOptions(column_types={"value": pa.float64()}, null_values=["null"], check_utf8=False),
        )
    except pa.ArrowInvalid as error:
        msg = f"the lines of the answer hold what is not a number: {str(error)[:200]}"
        raise SourceError(msg) from error
    return np.asarray(table["value"].to_numpy(), np.float64)


def _instants(lists: list[bytes]) -> NDArray[np.int64]:
    """The whole numbers of all lists."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what numpy cannot read it only warns of
            return np.fromstring(b",".join(lists), np.int64, sep=",")
    except (DeprecationWarning, ValueError) as error:
        msg = f"the lines of the answer hold instants that are no whole numbers: {error}"
        raise SourceError(msg) from error
