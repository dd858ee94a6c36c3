"""Pages opened in a browser, with all their complaints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, ConsoleMessage, Page, Request


@dataclass
class Visit:
    """An open page, and what it complained of or asked for."""

    page: Page
    complaints: list[str]
    requests: list[str]

    def violations(self) -> list[str]:
        found = Axe().run(self.page).response["violations"]
        return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    contexts = []

    def open_file(file: Path, width: int = 1200, **more: Any) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=False, **more)
        contexts.append(context)
        page = context.new_page()
        seen = Visit(page, [], [])

        def hear(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"}:
                seen.complaints.append(message.text)

        def count(request: Request) -> None:
            if request.url != file.as_uri():
                seen.requests.append(request.url)

        page.on("console", hear)
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (seen.complaints.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("request", count)
        page.goto(file.as_uri())
        return seen

    yield open_file
    for context in contexts:
        context.close()
