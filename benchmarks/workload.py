"""What is measured on: a month of every tenant's cost counter, the same on every machine."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from mcreports.metrics import Metric
    from mcreports.samples import Series

    Columns = Mapping[str, tuple[np.ndarray, np.ndarray]]  # by tenant: instants in ms, values

START = datetime(2025, 10, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Workload:
    """One counter per tenant, a sample every ``step`` seconds for ``days`` days from 2025-10-01 on."""

    tenants: int = 500
    days: int = 31
    step: int = 300

    @property
    def name(self) -> str:
        """The metric's name on the server, its own for each number of tenants."""
        return f"bench_{self.tenants}_tenants_cost_total_usd"

    @property
    def metric(self) -> Metric:
        """The catalogue's cost counter under that name."""
        from dataclasses import replace

        from mcreports.metrics import CATALOGUE

        return replace(CATALOGUE["budget.cost"], name=self.name)

    @property
    def start(self) -> datetime:
        """The first sample's instant."""
        return START

    @property
    def end(self) -> datetime:
        """The first instant that is no longer part of it."""
        return START + timedelta(days=self.days)

    @property
    def last(self) -> datetime:
        """The last sample's instant, which a range query includes."""
        return self.end - timedelta(seconds=self.step)

    @property
    def samples(self) -> int:
        """How many samples all series hold together."""
        return self.tenants * self.days * 86_400 // self.step

    def series(self) -> list[Series]:
        """Every series; values are running sums, so their floats use all their digits."""
        import numpy as np

        from mcreports.samples import Series

        first = int(self.start.timestamp() * 1000)
        ts = first + np.arange(self.samples // self.tenants, dtype=np.int64) * self.step * 1000
        rng = np.random.default_rng(self.tenants)
        return [
            Series({"__name__": self.name, "tenant": tenant, "driver": "compute"}, ts, values)
            for tenant, values in (
                (f"TENANT_{number:04d}", 100 * rng.random() + np.cumsum(rng.gamma(2.0, 0.02, len(ts))))
                for number in range(1, self.tenants + 1)
            )
        ]


def fingerprint(columns: Columns) -> str:
    """The SHA-256 over every tenant's instants and values, bit for bit: equal only if all of them are."""
    import numpy as np

    digest = hashlib.sha256()
    for tenant in sorted(columns):
        ts, values = columns[tenant]
        digest.update(f"{tenant}:{len(ts)}:{len(values)};".encode())
        digest.update(np.ascontiguousarray(ts, "<i8").tobytes())
        digest.update(np.ascontiguousarray(values, "<f8").tobytes())
    return digest.hexdigest()


def truth(series: list[Series]) -> str:
    """The fingerprint of what was loaded."""
    return fingerprint({one.labels["tenant"]: (one.ts, one.values) for one in series})
