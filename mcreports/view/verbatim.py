"""Lines that only read well as they were written: a diff, a file."""

from __future__ import annotations

from dataclasses import dataclass

from mcreports.view.markup import escape


@dataclass(frozen=True)
class Verbatim:
    """Lines in a typewriter's face with their indentation; what is wide or long is scrolled, also by keyboard."""

    text: str
    label: str = "Lines"

    def _repr_html_(self) -> str:
        place = f'role="region" tabindex="0" aria-label="{escape(self.label)}"'
        return f'<pre class="mc mc-verbatim" {place}>{escape(self.text)}</pre>'
