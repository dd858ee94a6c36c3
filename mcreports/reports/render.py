"""From an executed notebook to its page: no code, no script, no outside address, one file."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from nbconvert.exporters import TemplateExporter
from nbconvert.filters.markdown import markdown2html

from mcreports.errors import RunError
from mcreports.reports.sanitise import sanitise
from mcreports.reports.templates import template_environment
from mcreports.view.charts import PAGE, SVG
from mcreports.view.markup import visible

if TYPE_CHECKING:
    import jinja2
    from nbformat import NotebookNode

    from mcreports.reports.page_head import PageHead

MIME_TYPES = (PAGE, "text/html", SVG, "text/markdown")
MOST_BYTES = 300_000
NO_PASSPORTS = "There are too many figures here to carry their passports; report.json has the query and method of each."
_PASSPORT = re.compile(r'(<data [^>]*?) title="[^"]*"')
_FORM = re.compile(r'<li class="mc-form"><a href="([^"]*)">[^<]*</a></li>')
SILENT = "application/vnd.mcreports."


def render(notebook: NotebookNode, head: PageHead) -> str:
    """The notebook's results as one HTML document; a RunError if one of its cells ended in an error."""
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                msg = f"cell {number} of the notebook ended in {output.ename}: {output.evalue}; it makes no page"
                raise RunError(msg)
    page, _ = _exporter().from_notebook_node(notebook, resources={"head": head})
    return _slim(_published(str(page), {file for _, file in head.forms}))


def _published(page: str, files: set[str]) -> str:
    """The page without links to forms of the report that nobody asked for."""
    return _FORM.sub(lambda form: form[0] if form[1] in files else "", page)


def _slim(page: str) -> str:
    """The page; one that weighs too much goes without its tooltips, and says so."""
    if len(page.encode("utf-8")) <= MOST_BYTES:
        return page
    before, foot, after = _PASSPORT.sub(r"\1", page).rpartition("</footer>")
    return f"{before}<p>{NO_PASSPORTS}</p>{foot}{after}"


class PageExporter(TemplateExporter):
    """nbconvert with our own template and environment, so that nothing of the machine's changes a page."""

    def __init__(self) -> None:
        super().__init__(template_paths=[], template_file="report.html.j2")  # type: ignore[no-untyped-call]

    def _create_environment(self) -> jinja2.Environment:
        environment = template_environment()
        environment.filters["prose"] = prose
        environment.filters["result"] = result
        return environment


@cache
def _exporter() -> PageExporter:
    return PageExporter()


def prose(markdown: str) -> Markup:
    """A markdown cell as HTML; its first-level headings go, since the page has its own title."""
    page = sanitise(markdown2html(visible(markdown.replace("\r\n", "\n"))))
    while "<h1" in page:
        before, _, rest = page.partition("<h1")
        page = before + rest.partition("</h1>")[2]
    return Markup(page)  # noqa: S704 - sanitised


def result(output: NotebookNode) -> Markup:
    """One output of a cell as HTML: the first of our MIME types that it has, else a note that it is not shown."""
    if output.output_type == "stream":
        return _note(f"The notebook also wrote to {output.name}: see its own file.")
    data: dict[str, Any] = output.data
    if any(mime.startswith(SILENT) and mime not in MIME_TYPES for mime in data):
        return Markup()
    mime = next((mime for mime in MIME_TYPES if mime in data), None)
    if mime is None:
        kinds = ", ".join(sorted(data)) or "nothing"
        return _note(f"A result of type {kinds} is not shown: see the notebook's own file.")
    text = data[mime] if isinstance(data[mime], str) else "".join(data[mime])
    return prose(text) if mime == "text/markdown" else Markup(sanitise(visible(text)))  # noqa: S704 - sanitised


def _note(words: str) -> Markup:
    return Markup('<p class="mc mc-note">{}</p>').format(visible(words))
