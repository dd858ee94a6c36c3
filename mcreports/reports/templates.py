"""The templates of pages: our own files, each value escaped unless this package made it."""

from __future__ import annotations

from importlib.resources import files

import jinja2
from markupsafe import Markup

from mcreports.view.markup import visible
from mcreports.view.theme import page_css
from mcreports.view.words import MARKS, WORDS

CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def template_environment() -> jinja2.Environment:
    """Our own templates, each value escaped unless it was sanitised."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("mcreports.reports", "template"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["visible"] = visible
    environment.globals |= {
        "csp": CSP,
        "css": lambda name: Markup(page_css() + template_text(name)),  # noqa: S704 - our own files
        "css_file": lambda name: Markup(template_text(name)),  # noqa: S704 - our own files
        "marks": MARKS,
        "words": WORDS,
    }
    return environment


def template_text(name: str) -> str:
    """A file that lies beside the templates."""
    return files("mcreports.reports").joinpath("template", name).read_text(encoding="utf-8")
