"""A report as plain JSON: what a notebook's last cell hands over and ``report.json`` carries."""

from __future__ import annotations

import base64
import json
import zlib
from typing import TYPE_CHECKING, Any, Protocol

from mcreports.domains.sentence import Said
from mcreports.figures import Figure, Quality
from mcreports.view.crowd import rests
from mcreports.view.format import FULL, Shape, figure_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mcreports.domains.compose import Report
    from mcreports.domains.sentence import Sentence

MIME = "application/vnd.mcreports.closing.v2+json"
MOST_BYTES = 1_000_000_000  # of JSON; 1,000 tenants have about 50 million


PAIR = 2  # windows and bounds are lists of two


class Told(Protocol):
    """What ``report.json`` carries."""

    def as_dict(self) -> dict[str, object]:
        """As JSON."""


def closing(report: Report) -> dict[str, object]:
    """The verdict in words, and every figure, verdict, reconciliation and note."""
    return {
        "verdict": _verdict(report),
        **{part: [each.as_dict() for each in every] for part, every in _lists(report).items()},
        "notes": [note.text for note in report.snapshot.notes],
    }


def _lists(report: Report) -> dict[str, Iterable[Told]]:
    return {
        "figures": (*report.figures, *rests(report)),
        "verdicts": report.verdicts,
        "reconciliation": report.reconciliation,
    }


def _verdict(report: Report) -> dict[str, object]:
    said = report.headline
    sentences = [sentence_text(sentence) for sentence in said.sentences]
    return {"status": said.status.value, "headline": said.text, "sentences": sentences}


def _texts(report: Report) -> Iterator[str]:
    """The closing's JSON, one entry at a time: all of it at once would be many times the report's own size."""
    yield f'{{"verdict": {json.dumps(_verdict(report))}'
    for part, every in _lists(report).items():
        yield f', "{part}": ['
        for position, each in enumerate(every):
            yield (", " if position else "") + json.dumps(each.as_dict())
        yield "]"
    yield f', "notes": {json.dumps([note.text for note in report.snapshot.notes])}}}'


def pack(report: Report) -> dict[str, str]:
    """The closing as a notebook carries it: its JSON, squeezed, so that 1,000 tenants fit into one output."""
    return squeeze(_texts(report))


def squeeze(texts: Iterable[str]) -> dict[str, str]:
    """A text in pieces, compressed as an output that JSON can carry."""
    press = zlib.compressobj()
    packed = b"".join([*(press.compress(text.encode("ascii")) for text in texts), press.flush()])
    return {"zlib": base64.b64encode(packed).decode("ascii")}


def unpack(packed: dict[str, Any]) -> dict[str, Any]:
    """The closing that :func:`pack` made; a ValueError, KeyError or TypeError where it is something else."""
    press = zlib.decompressobj()
    try:
        text = press.decompress(base64.b64decode(packed["zlib"], validate=True), MOST_BYTES)
    except zlib.error as error:
        msg = f"its closing figures cannot be unpacked: {error}"
        raise ValueError(msg) from error
    if not press.eof:
        msg = f"its closing figures are torn, or more than {MOST_BYTES // 1_000_000} MB"
        raise ValueError(msg)
    return dict(json.loads(text, object_hook=sharing()))


def sharing() -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A hook for ``json.loads`` that keeps each text once: 100,000 figures say much the same."""
    known: dict[str, str] = {}

    def once(value: Any) -> Any:  # noqa: ANN401 - JSON
        if isinstance(value, str):
            return known.setdefault(value, value)
        return [once(each) for each in value] if isinstance(value, list) and len(value) <= PAIR else value

    return lambda entry: {key: once(value) for key, value in entry.items()}


def sentence_text(sentence: Sentence) -> str:
    """A sentence with its figures printed as the page prints them."""
    text = "".join(_part_text(part) for part in sentence)
    return text[:-1] if text.endswith("est..") else text


SIGNED = Shape(sign=True)


def _part_text(part: str | Figure | Said) -> str:
    match part:
        case Figure():
            return _told(part, FULL)
        case Said():
            return _told(part.figure, SIGNED)
        case _:
            return part


def _told(figure: Figure, shape: Shape) -> str:
    is_estimate = figure.quality is Quality.ESTIMATED and figure.value is not None
    return figure_text(figure, shape) + " est." * is_estimate
