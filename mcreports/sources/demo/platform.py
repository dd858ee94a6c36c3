"""The invented platform: who its tenants are, what their days look like, and what happens to them.

Days are numbered from ORIGIN, a Sunday; every amount is a whole number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcreports.sources.demo.noise import IntArray

DAY, SLOT = 86_400, 300
SLOTS = DAY // SLOT
ORIGIN = date(2024, 9, 1)
DRIVERS = ("compute", "storage", "network")


def day_number(day: date) -> int:
    """How many days after the platform's first one.

    >>> day_number(date(2025, 10, 31))
    425
    """
    return (day - ORIGIN).days


def calendar_day(number: int) -> date:
    """The date of a numbered day."""
    return ORIGIN + timedelta(days=number)


@dataclass(frozen=True)
class Tenant:
    """One tenant: its size at ORIGIN, how it grows, how well it does, and how its limits are set.

    ``daily_cents`` is by driver; ``growth`` in millionths a day; failures and denials in millionths
    of the events; ``slowness`` in per cent of the platform's usual; the uses in per cent of a limit
    that an ordinary day or month takes up.
    """

    name: str
    owner: str
    tier: str
    daily_cents: Mapping[str, int]
    growth: int
    operations: int
    failures: int
    compensations: int
    ungrounded: int
    slowness: int
    daily_use: int
    monthly_use: int
    born: datetime = field(default=datetime(2024, 9, 1, tzinfo=UTC))
    yearly_limits: bool = False

    @property
    def born_day(self) -> int:
        """The number of the day on which it came."""
        return day_number(self.born.date())

    @property
    def born_slot(self) -> int:
        """How many five-minute slots of that day had passed."""
        return (self.born.hour * 60 + self.born.minute) * 60 // SLOT


def _cents(compute: int, storage: int, network: int) -> dict[str, int]:
    return dict(zip(DRIVERS, (compute, storage, network), strict=True))


# fmt: off
TENANTS = (
    Tenant(
        "TENANT_001", "team-a", "tier-1", _cents(16_200, 6_900, 3_800),
        growth=300, operations=16_000, failures=350, compensations=1_800, ungrounded=26_000,
        slowness=80, daily_use=66, monthly_use=70,
    ),
    Tenant(
        "TENANT_002", "team-b", "tier-2", _cents(21_000, 6_200, 7_400),
        growth=420, operations=17_000, failures=500, compensations=2_100, ungrounded=30_000,
        slowness=90, daily_use=64, monthly_use=66,
    ),
    Tenant(
        "TENANT_003", "team-c", "tier-3", _cents(31_500, 11_800, 5_900),
        growth=350, operations=42_000, failures=400, compensations=2_000, ungrounded=24_000,
        slowness=100, daily_use=68, monthly_use=74,
    ),
    Tenant(
        "TENANT_004", "team-d", "tier-2", _cents(18_400, 8_100, 4_100),
        growth=380, operations=15_500, failures=450, compensations=2_300, ungrounded=31_000,
        slowness=85, daily_use=56, monthly_use=72,
    ),
    Tenant(
        "TENANT_005", "team-e", "tier-2", _cents(29_000, 10_400, 6_600),
        growth=520, operations=18_500, failures=380, compensations=1_900, ungrounded=28_000,
        slowness=105, daily_use=90, monthly_use=108, yearly_limits=True,
    ),
    Tenant(
        "TENANT_006", "team-f", "tier-1", _cents(9_800, 3_400, 1_700),
        growth=450, operations=15_000, failures=420, compensations=1_700, ungrounded=27_000,
        slowness=70, daily_use=67, monthly_use=76, born=datetime(2025, 10, 16, 10, tzinfo=UTC),
    ),
)
# fmt: on
BORN_WITH = 500  # cents on the first sample of TENANT_006's compute: spent before anybody looked


# What happens. Days are whole days in UTC.
SHIFT = ("TENANT_004", "compute", date(2025, 10, 14), 145)  # and stays: per cent of before
SPIKE = ("TENANT_002", "network", date(2025, 10, 21), 4)  # times as much for six hours; other months have theirs
SPIKE_SLOTS = (9 * 12, 15 * 12)
GAP = (datetime(2025, 10, 9, 20, tzinfo=UTC), datetime(2025, 10, 10, 5, tzinfo=UTC))  # nothing is scraped
RESET = ("TENANT_003", "storage", datetime(2025, 10, 12, 12, tzinfo=UTC))  # right after that scrape
BREACH = ("TENANT_003", date(2025, 10, 30))  # autonomy: failures, compensations and a residency violation
BREACH_FAILURES, BREACH_COMPENSATIONS = 8_000, 7_800
UNGROUNDED = ("TENANT_002", date(2025, 10, 27), date(2025, 11, 6), 65_000)  # ten days
DRIFT = date(2025, 10, 20)  # the configuration drifts for a day, and replication suffers

# Per mille of an ordinary day, Monday first; each adds up to seven ordinary days.
WEEKS = {
    "compute": (1070, 1110, 1120, 1100, 1050, 800, 750),
    "storage": (1010, 1010, 1010, 1010, 1005, 980, 975),
    "network": (1080, 1120, 1130, 1110, 1060, 770, 730),
    "activity": (1090, 1120, 1130, 1120, 1060, 760, 720),
}
# How much of a day falls in each of its hours, relative to the others.
_HOURS = {
    "compute": (
        62, 58, 56, 56, 60, 68, 82, 98, 116, 128, 134, 136,
        132, 134, 136, 132, 124, 112, 100, 92, 86, 80, 74, 68,
    ),
    "storage": (
        98, 98, 98, 98, 98, 99, 100, 101, 102, 103, 103, 103,
        103, 103, 102, 102, 101, 100, 100, 99, 99, 98, 98, 98,
    ),
    "network": (
        58, 50, 46, 46, 50, 62, 80, 98, 112, 120, 122, 124,
        122, 122, 120, 120, 122, 126, 132, 134, 128, 112, 90, 72,
    ),
    "activity": (
        50, 46, 44, 46, 54, 70, 90, 112, 132, 144, 148, 146,
        138, 144, 146, 138, 122, 104, 90, 80, 72, 66, 60, 54,
    ),
}  # fmt: skip


def rhythm(profile: str) -> IntArray:
    """The relative weight of each five-minute slot of an ordinary day, without corners at the hours."""
    hours = np.array(_HOURS[profile], dtype=np.int64)
    within = np.arange(12, dtype=np.int64)
    return (hours[:, None] * (12 - within) + np.roll(hours, -1)[:, None] * within).ravel()


def weekly(profile: str, days: IntArray) -> IntArray:
    """Per mille of an ordinary day for each numbered day."""
    return np.array(WEEKS[profile], dtype=np.int64)[(days + ORIGIN.weekday()) % 7]
