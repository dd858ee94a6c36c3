from __future__ import annotations

from collections.abc import Callable

from mcreports.checks import Status
from mcreports.figures import Figure
from mcreports.rules import RULES, Subject, judge
from mcreports.view.markup import Name
from mcreports.view.page import Band, Card, Cards, Heading, Notes, Paragraph, SignOff, Style
from mcreports.view.verbatim import Verbatim

Make = Callable[..., Figure]
BAD = "<script>"


def test_the_band_says_its_status_in_mark_word_and_colour() -> None:
    markup = Band(Status.WARN, "5 tenants", (("why ", Name(BAD)),))._repr_html_()
    assert 'class="mc mc-band mc-warn"' in markup
    assert "◆</span> WATCH: 5 tenants" in markup


def test_a_card_shows_its_figure_short_and_its_verdict_whole(spend: Make) -> None:
    verdict = judge("grounding.pass_rate", RULES["grounding.pass_rate"], 94.6, Subject(None))
    markup = Cards((Card(BAD, spend("235265.20"), "of all", verdict),))._repr_html_()
    assert ">USD 235.3k</data>" in markup
    assert 'value="235265.20"' in markup
    assert "target ≥ 95 %" in markup


def test_every_piece_escapes_its_text(spend: Make) -> None:
    pieces = (
        Band(Status.PASS, BAD, (BAD,)),
        Cards((Card(BAD, spend(), BAD),)),
        Heading(BAD, BAD),
        Paragraph(BAD),
        Notes((BAD,)),
        Notes((), BAD),
        SignOff((BAD,)),
        Verbatim(BAD),
    )
    assert not any(BAD in piece._repr_html_() for piece in pieces)
    assert all("&lt;script&gt;" in piece._repr_html_() for piece in pieces)


def test_the_look_in_jupyterlab_follows_its_theme() -> None:
    assert 'body[data-jp-theme-light="false"]' in Style()._repr_html_()
