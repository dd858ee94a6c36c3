"""``mcreports evidence key``: making the key that signs, and telling a key's id and public half."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcreports.cli import options
from mcreports.cli.context import say, show_json

app = typer.Typer(help="The key that signs evidence, and those that are trusted.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="The key's file.")]


@app.command()
def new(file: File, json: options.Json = False) -> None:
    """Make an Ed25519 key that its owner alone may read, and its public half beside it; nothing is overwritten.

    mcreports evidence key new keys/evidence.pem
    """
    from mcreports.evidence.keys import new_key

    keyid, public = new_key(file)
    if json:
        show_json({"keyid": keyid, "key_file": str(file), "public": str(public)})
    else:
        print(f"{keyid}  {public}")
    say(f'sign with it: key_file = "{file}" in [evidence]; where others verify: trusted_keys = ["{public}"]')


@app.command()
def show(file: File, json: options.Json = False) -> None:
    """Tell a key's id and its public half, never the private one.

    mcreports evidence key show keys/evidence.pem
    """
    from mcreports.evidence.keys import show_key

    keyid, pem = show_key(file)
    if json:
        show_json({"keyid": keyid, "public": pem})
    else:
        print(f"{keyid}\n{pem}", end="")
