from __future__ import annotations

import io
import os
import re
import time
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import nbformat
import pypdf
import pytest

from mcreports.checks import Status
from mcreports.errors import RunError, UsageError
from mcreports.reports.page_head import PageHead
from mcreports.reports.print_page import find_browser, print_page
from mcreports.reports.render import render

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MADE = datetime(2025, 11, 3, 9, tzinfo=UTC)
FORMS = (("Excel", "report.xlsx"),)
HEAD = PageHead("Daily report", "31 October 2025", Status.PASS, "all is well", "final", 1, forms=FORMS)


def page(html: str = "<p>a report</p>") -> str:
    output = nbformat.v4.new_output("execute_result", {"text/html": html}, execution_count=1)
    return render(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=[output])]), HEAD)


def read(printed: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(printed), strict=True)


def text_of(printed: bytes) -> str:
    return "\n".join(sheet.extract_text() for sheet in read(printed).pages)


@pytest.fixture(scope="module")
def report(demo_runs: Path) -> str:
    return (demo_runs / "daily" / "2025-10-31" / "r1" / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def printed(report: str) -> bytes:
    return print_page(report, MADE)


class LastCells(HTMLParser):
    """The text of each table row's last cell, but for those in data tables that are folded away."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._folded = 0
        self._cell = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._folded += tag == "details"
        if tag in {"td", "th", "text"}:
            self._cell = ""

    def handle_data(self, data: str) -> None:
        self._cell += data

    def handle_endtag(self, tag: str) -> None:
        self._folded -= tag == "details"
        if tag == "tr" and not self._folded:
            self.found.append(self._cell)


def test_every_page_says_which_of_how_many_it_is(printed: bytes) -> None:
    sheets = read(printed).pages
    assert len(sheets) > 1
    for number, sheet in enumerate(sheets, start=1):
        assert f"page {number} of {len(sheets)}" in sheet.extract_text()


def test_the_first_page_holds_the_verdict(printed: bytes) -> None:
    first = read(printed).pages[0].extract_text()
    assert "Daily report" in first
    assert "checks fail" in first


def test_no_table_is_clipped(report: str, printed: bytes) -> None:
    cells = LastCells()
    cells.feed(report)
    # a comma of the page is a line's end in print
    text = re.sub(r"[\s,]+", "", text_of(printed))
    assert len(cells.found) > 30
    assert [cell for cell in cells.found if re.sub(r"[\s,]+", "", cell) not in text] == []


def test_nothing_is_drawn_off_the_paper(printed: bytes) -> None:
    for sheet in read(printed).pages:
        places: list[float] = []

        def note(text: str, cm: Any, tm: Any, _font: Any, _size: Any, found: list[float] = places) -> None:
            if text.strip():
                found.append(cm[0] * tm[4] + cm[4])

        sheet.extract_text(visitor_text=note)
        assert places
        assert 0 <= min(places) <= max(places) < float(sheet.mediabox.width)


def test_it_is_printed_within_a_few_seconds(report: str) -> None:
    began = time.monotonic()
    print_page(report, MADE)
    assert time.monotonic() - began < 20  # alone on the machine it takes one and a half


def test_the_same_page_gives_the_same_bytes(report: str, printed: bytes) -> None:
    assert print_page(report, MADE) == printed


def test_it_says_when_the_report_was_made_and_what_it_says(printed: bytes) -> None:
    known = read(printed).metadata
    assert known is not None
    assert known.creation_date == known.modification_date == MADE
    assert known.title is not None
    assert known.title.startswith("FAIL: ")


def test_links_lead_to_what_lies_beside_the_pdf() -> None:
    printed = print_page(page(), MADE)
    links = [note.get_object()["/A"]["/URI"] for sheet in read(printed).pages for note in sheet.get("/Annots", [])]
    assert links == ["report.xlsx"]
    assert b"file://" not in printed
    assert b"mcreports-print" not in printed


def test_names_are_printed_and_run_nothing() -> None:
    assert "<script>alert(1)</script>" in text_of(print_page(page("&lt;script&gt;alert(1)&lt;/script&gt;"), MADE))


def test_a_page_reads_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("the moon is made of cheese")
    address = (tmp_path / "secret.txt").as_uri()
    hostile = f'<iframe src="{address}"></iframe><object data="{address}"></object><p>the end</p>'
    # past the sanitiser, to the policy that stands behind it
    text = text_of(print_page(page().replace("</main>", f"{hostile}</main>"), MADE))
    assert "the end" in text
    assert "cheese" not in text


def test_a_page_without_our_policy_is_not_printed() -> None:
    with pytest.raises(RunError, match="may load nothing"):
        print_page(page().replace("default-src", "default-source"), MADE)


def test_without_a_browser_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="apt install chromium"):
        find_browser()


def test_without_a_browser_no_work_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, produce_as: Callable[..., Any]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="printed by Chromium"):
        produce_as(None, tmp_path / "output", formats=("pdf",))
    assert not (tmp_path / "output").exists()


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a chromium of a few lines of shell before the real one, and its temporary files below ``tmp``."""

    def install(script: str) -> None:
        file = tmp_path / "bin" / "chromium"
        file.parent.mkdir()
        target = 'for word; do case "$word" in --print-to-pdf=*) out="${word#*=}";; esac; done'
        file.write_text(f"#!/bin/sh\n{target}\n{script}\n")
        file.chmod(0o755)
        monkeypatch.setenv("PATH", f"{file.parent}:{os.environ['PATH']}")
        (tmp_path / "tmp").mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))

    return install


def is_alive(process: int) -> bool:
    """Whether it still runs; one that only waits to be buried does not."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_browser_that_hangs_is_killed_with_its_children(tmp_path: Path, browser: Callable[[str], None]) -> None:
    browser(f"trap '' TERM; sleep 300 & echo $$ $! > {tmp_path}/ids; wait")
    began = time.monotonic()
    with pytest.raises(RunError, match=r"did not print the report in 1\.5 s"):
        print_page(page(), MADE, 1.5)
    assert time.monotonic() - began < 10
    ids = [int(word) for word in (tmp_path / "ids").read_text().split()]
    until = time.monotonic() + 5
    while any(map(is_alive, ids)) and time.monotonic() < until:
        time.sleep(0.05)
    assert (len(ids), [each for each in ids if is_alive(each)]) == (2, [])
    assert list((tmp_path / "tmp").iterdir()) == []


def test_helpers_do_not_outlive_a_browser_that_is_done(tmp_path: Path, browser: Callable[[str], None]) -> None:
    browser(f"sleep 300 & echo $! > {tmp_path}/ids; printf '%%PDF-1.4\\n%%%%EOF\\n' > \"$out\"")
    assert print_page(page(), MADE).startswith(b"%PDF")
    helper = int((tmp_path / "ids").read_text())
    until = time.monotonic() + 5
    while is_alive(helper) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_alive(helper)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo 'No usable sandbox!' >&2; exit 1", "ended with 1, saying No usable sandbox!"),
        ("kill -9 $$", "ended with -9"),
        ("exit 0", "ended with 0, saying nothing"),
        ("printf '%%PDF-1.4 torn' > \"$out\"", "printed no PDF"),
        ("exec /nowhere/chromium", "printed no PDF"),
    ],
)
def test_a_browser_that_prints_nothing_whole_is_an_error(
    tmp_path: Path, browser: Callable[[str], None], script: str, said: str
) -> None:
    browser(script)
    with pytest.raises(RunError, match=re.escape(said)):
        print_page(page(), MADE)
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_browser_that_cannot_be_started_is_an_error(tmp_path: Path, browser: Callable[[str], None]) -> None:
    browser("")
    (tmp_path / "bin" / "chromium").write_bytes(b"\x7fELF not really")
    with pytest.raises(RunError, match="cannot be started"):
        print_page(page(), MADE)


def test_the_browser_knows_no_secret_of_ours(
    tmp_path: Path, browser: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MCREPORTS__SOURCE__TOKEN", "hunter2")
    browser(f"env > {tmp_path}/env; exit 1")
    with pytest.raises(RunError):
        print_page(page(), MADE)
    assert "hunter2" not in (tmp_path / "env").read_text()


def test_the_sandbox_is_off_for_root_alone(
    tmp_path: Path, browser: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser(f'echo "$@" > {tmp_path}/words; exit 1')
    said = {}
    for user in (0, 1000):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        with pytest.raises(RunError):
            print_page(page(), MADE)
        said[user] = "--no-sandbox" in (tmp_path / "words").read_text()
    assert said == {0: True, 1000: False}
