"""The command line and the PromQL that show an answer again."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from mcreports.sources.question import milliseconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcreports.metrics import Metric
    from mcreports.workbench.asked import Asked
    from mcreports.workbench.bench import Workbench

UNITS = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1))


def command(bench: Workbench, verb: str, options: Sequence[tuple[str, str | None]]) -> str:
    """The words that a shell takes for a command with these options; those without a value are left out."""
    given = [f"--{name}={value}" for name, value in options if value is not None]
    words = ["mcreports", *([f"--config={bench.config}"] if bench.config else []), *verb.split(), *given]
    words.append(f"--source={bench.address}")
    if any("\0" in word or any("\ud800" <= sign <= "\udfff" for sign in word) for word in words):
        return "# no command line can carry this name: it holds a NUL or half a character"
    return shlex.join(words)


def promql(metric: Metric, asked: Asked, tenant: str | None, reach: float = 0) -> str:
    r"""The raw samples of a metric in [start, end), for any server that speaks PromQL.

    ``reach`` is so many ms more on either side: a counter's curve needs the samples next to its ends.

    >>> from mcreports.metrics import CATALOGUE
    >>> from mcreports.workbench.asked import asked
    >>> promql(CATALOGUE["budget.cost"], asked("2025-10-30", "UTC"), 'a"b')
    'mc_tenant_cost_total_usd{tenant="a\\"b"}[1d] @ 1761868799.999'
    """
    named = {} if tenant is None or "tenant" not in metric.labels else {"tenant": tenant}
    first, after = milliseconds(asked.start) - int(reach), milliseconds(asked.end) + int(reach)
    # Prometheus 3 leaves out a sample at the left edge: it is a millisecond before the first that is meant
    return f"{metric.selector(**named)}[{duration(after - first)}] @ {(after - 1) / 1000:.3f}"


def duration(ms: int) -> str:
    """A length of time in the unit that says it whole.

    >>> duration(14_400_000), duration(90_000), duration(1)
    ('4h', '90s', '1ms')
    """
    unit, size = next((unit, size) for unit, size in UNITS if ms % size == 0)
    return f"{ms // size}{unit}"
