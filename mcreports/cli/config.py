"""``mcreports config``: the settings as they are, whether they are right, and what can be set."""

from __future__ import annotations

import typer

from mcreports.cli.context import settings_of, show_json

app = typer.Typer(help="The settings as they are, whether they are right, and what can be set.", no_args_is_help=True)
HIDDEN = "(hidden)"


@app.command()
def show(context: typer.Context) -> None:
    """Print the settings in force as JSON: file, environment and defaults; secrets are hidden.

    mcreports config show
    """
    from mcreports.archive.store import masked
    from mcreports.sources.access import Access

    loaded = settings_of(context)
    settings = loaded.model_dump(mode="json")
    if loaded.source.url.startswith("http"):
        settings["source"]["url"] = Access.of(loaded.source).shown
    settings["archive"]["url"] = masked(loaded.archive.url)
    settings["archive"]["options"] = dict.fromkeys(settings["archive"]["options"], HIDDEN)
    settings["source"]["headers"] = dict.fromkeys(settings["source"]["headers"], HIDDEN)
    show_json(settings)


@app.command()
def check(context: typer.Context) -> None:
    """Say whether the settings are right; a wrong one is named with its key and line, exit 2.

    mcreports --config mcreports.toml config check
    """
    settings_of(context)
    print("the settings are right")


@app.command()
def schema(_context: typer.Context) -> None:
    """Print the JSON Schema of the settings: every key, its type, its default, what it means.

    mcreports config schema > mcreports.schema.json
    """
    from mcreports.settings import Settings

    show_json(Settings.model_json_schema())
