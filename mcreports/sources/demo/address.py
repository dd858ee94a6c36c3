"""What ``demo://?seed=7&step=300&start=2024-09-01`` says, and every fault in it."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import parse_qsl, urlsplit

from mcreports.errors import UsageError
from mcreports.sources.demo.platform import DAY, ORIGIN

SEED, STEP, LONGEST_STEP = 7, 300, 3600
WANTED = {
    "seed": "a whole number of at most 18 digits",
    "step": f"a number of seconds that divides a day and is at most {LONGEST_STEP}",
    "start": f"a day since {ORIGIN}",
}


def read(url: str) -> tuple[int, int, date]:
    """The seed, the seconds between scrapes and the first day; all that is wrong is one UsageError."""
    try:
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, strict_parsing=True, keep_blank_values=True) if parts.query else []
    except ValueError as error:
        msg = f"{url!r} is not a demo's address: {error}; write it like demo://?seed={SEED}"
        raise UsageError(msg) from error
    if parts.scheme != "demo" or parts.netloc or parts.path.strip("/") or parts.fragment:
        msg = f"{url!r} is not a demo's address; write it like demo://?seed={SEED}"
        raise UsageError(msg)
    names = [name for name, _ in pairs]
    given = {"seed": str(SEED), "step": str(STEP), "start": ORIGIN.isoformat(), **dict(pairs)}
    seed, step, start = _whole(given["seed"]), _step(given["step"]), _day(given["start"])
    wrong = [name for name, value in (("seed", seed), ("step", step), ("start", start)) if value is None]
    faults = [
        *(f"there is no parameter {name!r}" for name in dict.fromkeys(names) if name not in WANTED),
        *(f"{name} is given twice" for name in dict.fromkeys(names) if names.count(name) > 1),
        *(f"{name}={given[name]!r} is not {WANTED[name]}" for name in wrong),
    ]
    if faults or seed is None or step is None or start is None:
        msg = f"{url}: {'; '.join(faults)}; the parameters are {', '.join(WANTED)}"
        raise UsageError(msg)
    return seed, step, start


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


def _step(text: str) -> int | None:
    step = _whole(text)
    return step if step and step <= LONGEST_STEP and DAY % step == 0 else None


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day >= ORIGIN else None
