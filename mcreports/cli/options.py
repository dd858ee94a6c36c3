"""Options that several commands share, so that each is spelled and explained once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Source = Annotated[
    str | None, typer.Option(help="demo://?seed=7, http(s)://host:9090 or archive:PATH; else the settings'.")
]
Server = Annotated[str | None, typer.Option("--source", help="http(s)://host:9090; else the settings'.")]
Asked = Annotated[str | None, typer.Option("--source", help="http(s)://host:9090 or demo://; else the settings'.")]
Period = Annotated[
    str | None,
    typer.Option(
        help="2025-10-31, 2025-W44, 2025-10, 2025-Q4, 2025 or 2025-10-01..2025-10-15; else the last closed one."
    ),
]
Tenants = Annotated[list[str] | None, typer.Option("--tenant", help="Only this tenant; may be given again.")]
Tenant = Annotated[str | None, typer.Option(help="Only this tenant.")]
Evidence = Annotated[Path | None, typer.Option(help="The directory of evidence files.", file_okay=False)]
Output = Annotated[Path | None, typer.Option(help="Where runs are published; else the settings'.", file_okay=False)]
Json = Annotated[bool, typer.Option("--json", help="Data for programs, on stdout.")]
Archive = Annotated[
    str | None, typer.Option(help="Where raw samples are kept: a directory, or s3://bucket/path; else the settings'.")
]
Kept = Annotated[
    bool, typer.Option("--no-archive", help="Ask the server for everything and keep nothing.", show_default=False)
]
Cluster = Annotated[
    str | None,
    typer.Option("--cluster", help="tcp://host:8786: the dask scheduler whose workers read the source and count."),
]
