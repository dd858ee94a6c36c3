"""Colours by role, light and dark, and the style sheets that wear them."""

from __future__ import annotations

from importlib.resources import files

LIGHT = {
    "ground": "#FFFFFF", "ink": "#1B1F24", "muted": "#57606A", "line": "#D0D7DE", "rule": "#1B1F24", "link": "#1F5FBF",
    "fail": "#B42318", "fail-tint": "#FEF3F2", "warn": "#8A5A00", "warn-tint": "#FFF8E6",
    "pass": "#00687A", "pass-tint": "#E8F6F8", "unknown": "#6E4FA0", "unknown-tint": "#F5F1FA",
    "actual": "#404B5A", "prior": "#818D99", "interval": "#404B5A",
    "compute": "#0072B2", "storage": "#A65E00", "network": "#2F3640",
    "driver-4": "#00766B", "driver-5": "#9B3D8B", "driver-6": "#6B7280",
}  # fmt: skip
DARK = {
    "ground": "#0F1419", "ink": "#E6EDF3", "muted": "#A3ADB8", "line": "#303841", "rule": "#A3ADB8", "link": "#8AB8FF",
    "fail": "#FF8A7A", "fail-tint": "#2A1614", "warn": "#F2C14E", "warn-tint": "#2A220F",
    "pass": "#45C4D9", "pass-tint": "#0E2529", "unknown": "#C4A7F0", "unknown-tint": "#211A2D",
    "actual": "#C9D1D9", "prior": "#7D8896", "interval": "#C9D1D9",
    "compute": "#56B4E9", "storage": "#E69F00", "network": "#C9D1D9",
    "driver-4": "#4FC9B5", "driver-5": "#E08BD0", "driver-6": "#98A2AD",
}  # fmt: skip


def page_css() -> str:
    """The style of everything in this room for a page: light, dark on a dark screen, light again in print."""
    dark = f"@media screen and (prefers-color-scheme:dark){{:root{{{_declarations(DARK)};color-scheme:dark}}}}"
    return f":root{{{_declarations(LIGHT)};color-scheme:light}}\n{dark}\n{sheet()}"


def notebook_css() -> str:
    """The same inside JupyterLab, which says by itself whether its theme is light."""
    dark = f'body[data-jp-theme-light="false"]{{{_declarations(DARK)}}}'
    return f"body{{{_declarations(LIGHT)}}}\n{dark}\n{sheet()}\n{sheet('lab.css')}\n{_plotly_css()}"


def _plotly_css() -> str:
    """Plotly writes colours into what it draws, where only the same colour by role can take their place."""
    dark = 'body[data-jp-theme-light="false"] .js-plotly-plot'
    roles = {colour: role for role, colour in reversed(LIGHT.items())}  # of two roles of a colour the first
    rules = [
        f'{dark} [style*="{name}: rgb({", ".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"]'
        f"{{{name}:var(--mc-{role})!important}}"
        for colour, role in roles.items()
        for name in ("fill", "stroke", "background")
        if name != "background" or role == "ground"
    ]
    return "".join(rules)


def sheet(name: str = "style.css") -> str:
    """The rules, without colours."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _declarations(colours: dict[str, str]) -> str:
    return ";".join(f"--mc-{role}:{colour}" for role, colour in colours.items())
