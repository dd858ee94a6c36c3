"""``report.pdf``: the finished page, printed by a Chromium that sees nothing but that page."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mcreports.errors import RunError, UsageError

if TYPE_CHECKING:
    from datetime import datetime

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = "install one (Debian: apt install chromium), or leave pdf out of the forms"
DEADLINE = 60.0  # seconds; a report takes about one
KEPT = ("FONTCONFIG_FILE", "FONTCONFIG_PATH", "LANG", "LD_LIBRARY_PATH", "PATH", "TZ")
ALONE = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--disable-breakpad",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-pings",
    "--no-proxy-server",
    # no name and no address leads anywhere
    "--host-resolver-rules=MAP * ~NOTFOUND",
    # the page's own margin boxes say which page of how many it is
    "--no-pdf-header-footer",
)
_MADE = re.compile(rb"/(CreationDate|ModDate) \(D:[0-9]{14}")


def find_browser() -> str:
    """The Chromium to print with; a UsageError without one, so that this is known before any work is done."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        msg = f"a PDF is printed by Chromium, and none of {', '.join(NAMES)} is on the PATH: {INSTALL}"
        raise UsageError(msg)
    return found


def print_page(page: str, made: datetime, seconds: float = DEADLINE) -> bytes:
    """The page as a PDF that says it was made at that instant; the same page gives the same bytes.

    A RunError if the page is not sealed by our policy, or the browser does not print it in time.
    """
    browser = find_browser()
    _refuse_open(page)
    # What a dying browser still writes must not keep us from going on.
    with TemporaryDirectory(prefix="mcreports-print-", ignore_cleanup_errors=True) as name:
        place = Path(name)
        source, target = place / "page" / "report.html", place / "report.pdf"
        source.parent.mkdir()
        source.write_bytes(page.encode("utf-8"))
        command = [browser, *ALONE, *_sandbox(), f"--user-data-dir={place / 'profile'}", f"--print-to-pdf={target}"]
        said = _run([*command, source.as_uri()], place, seconds)
        printed = target.read_bytes() if target.is_file() else b""
    if not (printed.startswith(b"%PDF-") and printed.rstrip().endswith(b"%%EOF")):
        msg = f"{browser} printed no PDF of the report: {said}; see to it, or leave pdf out of the forms"
        raise RunError(msg)
    return _relative(_MADE.sub(rb"/\1 (D:" + f"{made:%Y%m%d%H%M%S}".encode(), printed), source.parent)


def _refuse_open(page: str) -> None:
    """Nothing but the policy keeps a page on the disk from reading the files beside it."""
    from markupsafe import escape

    from mcreports.reports.templates import CSP

    head, _, _ = page.partition("</head>")
    if f'<meta http-equiv="Content-Security-Policy" content="{escape(CSP)}">' not in head:
        msg = "the page does not say that it may load nothing, so it is not printed: render it with our own template"
        raise RunError(msg)


def _relative(printed: bytes, directory: Path) -> bytes:
    """Links lead to what lies beside the PDF, not into the directory where it was printed."""
    link = re.compile(rb"\(" + re.escape(f"{directory.as_uri()}/".encode()) + rb"([^()\\]*)\)")
    # As long as before, since a PDF finds its objects by their offsets; blanks between tokens mean nothing.
    return link.sub(lambda match: b"(" + match[1] + b")" + b" " * (len(match[0]) - len(match[1]) - 2), printed)


def _sandbox() -> tuple[str, ...]:
    # Chromium refuses to start as root with its sandbox on; a page that may not run a script needs it least.
    return ("--no-sandbox",) if os.geteuid() == 0 else ()


def _run(command: list[str], place: Path, seconds: float) -> str:
    """Run the browser to its end, and give back how it ended; neither it nor its children outlive the deadline."""
    environment = {key: value for key, value in os.environ.items() if key in KEPT or key.startswith("LC_")}
    environment |= {"HOME": str(place), "TMPDIR": str(place), "DBUS_SESSION_BUS_ADDRESS": "disabled:"}
    log = place / "log"
    with log.open("wb") as sink:
        try:
            process = subprocess.Popen(  # noqa: S603 - found on the PATH, with our own flags
                command, cwd=place, env=environment, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=sink,
            )  # fmt: skip
        except OSError as error:
            msg = f"{command[0]} cannot be started: {error.strerror}; see to it, or leave pdf out of the forms"
            raise RunError(msg) from error
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            msg = f"{command[0]} did not print the report in {seconds:g} s; run again, or leave pdf out of the forms"
            raise RunError(msg) from error
        finally:
            _kill(process)
    lines = [line for line in log.read_text(errors="replace").splitlines() if "dbus" not in line]
    return f"it ended with {code}, saying {lines[-1][-300:] if lines else 'nothing'}"


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the browser's whole group: its helpers may live on after it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
