"""Which reader a server gets: asked once, and said with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import requests

from mcreports.errors import McreportsError, SourceError, UnreachableError
from mcreports.metrics import Metric
from mcreports.sources import answer as answers
from mcreports.sources.answer import AgainError, Answer, ElsewhereError, NotThereError
from mcreports.sources.export import Export
from mcreports.sources.question import Question, instant
from mcreports.sources.range_selector import RangeSelector
from mcreports.sources.remote_read import STREAM, RemoteRead

if TYPE_CHECKING:
    from mcreports.sources.access import Access
    from mcreports.sources.http import StrictSession
    from mcreports.sources.reader import Reader

CONFIG = "/api/v1/status/config"
PROMETHEUS, VICTORIA = "prometheus", "victoriametrics"
# a millisecond of a metric that nobody has: a whole answer, and an empty one
PROBE = Question(Metric("probe", "mcreports_probe", "gauge", (), ""), 0, 1)
_NAMED = re.compile(r"""^    (?:"([^"]*)"|'([^']*)'|([^\s:"'][^:]*)):""", re.MULTILINE)
_STATUS = re.compile(r"HTTP \d{3}")


@dataclass(frozen=True)
class Choice:
    """What a server is, how it is read, and why so; ``external`` are the labels that remote read alone adds."""

    kind: tuple[str, str] | None  # and its version; None where nobody needed to know
    reader: Reader
    why: str
    query: RangeSelector
    external: frozenset[str] = frozenset()

    def reader_of(self, session: StrictSession, access: Access, question: Question) -> Reader:
        """The reader for a question; external labels that could be a series' own are left to PromQL to tell."""
        if not self.external or not isinstance(self.reader, RemoteRead):
            return self.reader
        window = {"start": instant(question.first), "end": instant(question.after - 1)}
        form = {"match[]": question.metric.selector(), **window}
        found = session.call(requests.Request("GET", f"{access.url}/api/v1/labels", params=form), _data)
        names = found if isinstance(found, list) else []
        own = {question.metric.server_label(label) for label in question.metric.labels}
        return self.query if self.external & {*map(str, names), *own} else replace(self.reader, leaves=self.external)


def identify(session: StrictSession, access: Access) -> tuple[str, str]:
    """The kind of server (prometheus or victoriametrics), and the version that it tells."""
    try:
        return session.call(requests.Request("GET", f"{access.url}/api/v1/status/buildinfo"), _kind)
    except NotThereError:
        return PROMETHEUS, ""  # older than 2.14, or another that speaks its API


def choose(session: StrictSession, access: Access) -> Choice:
    """The reader that the settings name, unasked; else the fastest one that the server answers."""
    query, wanted = RangeSelector(access.url), access.settings.reader
    limit = int(access.settings.max_mb * 1e6)
    remote, export = RemoteRead(access.url, limit), Export(access.url, limit)
    if wanted != "auto":
        named: dict[str, Reader] = {"remote-read": remote, "export": export, "query": query}
        reader = named[wanted]
        external = _external(session, access) if wanted == "remote-read" else frozenset()
        return Choice(None, reader, f"{reader.name}, as source.reader says", query, external)
    kind = _kind_if_told(session, access)
    bulk: RemoteRead | Export = export if kind[0] == VICTORIA else remote
    try:
        form = session.call(bulk.request(PROBE), _form)
    except McreportsError as error:
        _refuse_silence(error)
        return Choice(kind, query, f"{query.name}: {bulk.path} {_reason(error)}", query)
    if bulk is export:
        return Choice(kind, export, f"{export.name}, {export.path}", query)
    try:
        external = _external(session, access)
    except McreportsError as error:
        _refuse_silence(error)
        why = f"{query.name}: which external labels {remote.path} adds is not told, {CONFIG} {_reason(error)}"
        return Choice(kind, query, why, query)
    said = f"{remote.name}, {'streamed chunks' if form == STREAM else 'samples'}"
    said += f", without the external labels {', '.join(sorted(external))}" if external else ""
    return Choice(kind, remote, said, query, external)


def _kind_if_told(session: StrictSession, access: Access) -> tuple[str, str]:
    try:
        return identify(session, access)
    except McreportsError as error:  # what reads samples has its own say about credentials and paths
        _refuse_silence(error)
        return PROMETHEUS, ""


def _kind(answer: Answer) -> tuple[str, str]:
    data = answers.read(answer, None)["data"]
    told = data if isinstance(data, dict) else {}
    # VictoriaMetrics says nothing, or for Grafana's sake a Prometheus version; only it lacks a revision
    is_victoria = "X-Server-Hostname" in answer.headers or not told.get("revision")
    return (VICTORIA, "") if is_victoria else (PROMETHEUS, str(told.get("version", "")))


def _form(answer: Answer) -> str:
    """The media type of an answer that is one of samples."""
    if answer.status in answers.PASSING:
        raise AgainError(f"HTTP {answer.status}", tries=2, kind=SourceError)
    if answer.status != 200:  # noqa: PLR2004
        raise SourceError(f"HTTP {answer.status}")
    if answer.media not in {STREAM, "application/x-protobuf", "application/stream+json"}:
        raise SourceError(f"answers {answer.media}")
    return answer.media


def _data(answer: Answer) -> object:
    return answers.read(answer, None)["data"]


def _external(session: StrictSession, access: Access) -> frozenset[str]:
    """The names of the labels that the server adds to what leaves it; those without such labels have no such page."""
    try:
        told = session.call(requests.Request("GET", f"{access.url}{CONFIG}"), _data)
    except NotThereError:
        return frozenset()
    text = told.get("yaml") if isinstance(told, dict) else None
    if not isinstance(text, str):
        raise SourceError("answers without its configuration")
    return external_labels(text)


def external_labels(config: str) -> frozenset[str]:
    r"""The names under global.external_labels of a configuration as Prometheus prints it.

    >>> sorted(external_labels("global:\n  external_labels:\n    az: x\n    \"y\": 'k: q'\n    'on': z\nrules: []\n"))
    ['az', 'on', 'y']
    """
    section = re.search(r"^  external_labels:\n((?:    .*\n?)*)", config, re.MULTILINE)
    named = (
        re.findall(r"""^    (?:"([^"]*)"|'([^']*)'|([^\s:"'][^:]*)):""", section[1], re.MULTILINE) if section else ()
    )
    return frozenset("".join(one) for one in named)


def _refuse_silence(error: McreportsError) -> None:
    if isinstance(error, UnreachableError) and not isinstance(error, ElsewhereError):
        raise error


def _reason(error: McreportsError) -> str:
    status = _STATUS.search(str(error))
    return f"answers {status[0]}" if status else str(error).rpartition(": ")[2]
