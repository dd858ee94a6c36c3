from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.cron import parse
from mcreports.errors import SettingsError


@pytest.mark.parametrize(
    ("text", "calendars"),
    [
        ("0 9 * * *", ("*-*-* 09:00:00 UTC",)),
        ("0 */6 * * *", ("*-*-* 00,06,12,18:00:00 UTC",)),
        ("15 8-10 * * 1-5", ("Mon,Tue,Wed,Thu,Fri *-*-* 08,09,10:15:00 UTC",)),
        ("0 0 1 jan,jul *", ("*-01,07-01 00:00:00 UTC",)),
        ("0 0 * * 0,7", ("Sun *-*-* 00:00:00 UTC",)),
        ("0 0 13 * FRI", ("*-*-13 00:00:00 UTC", "Fri *-*-* 00:00:00 UTC")),
        ("*/20 * * * *", ("*-*-* *:00,20,40:00 UTC",)),
        ("  0   9 *  * *  ", ("*-*-* 09:00:00 UTC",)),
    ],
)
def test_five_fields_mean_these_times(text: str, calendars: tuple[str, ...]) -> None:
    assert parse(text).calendars() == calendars


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "write minute, hour"),
        ("@daily", "write minute, hour"),
        ("0 9 * *", "write minute, hour"),
        ("60 * * * *", "minute '60'"),
        ("0 24 * * *", "hour '24'"),
        ("0 0 0 * *", "day '0'"),
        ("0 0 * 13 *", "month '13'"),
        ("0 0 * * 8", "weekday '8'"),
        ("5-1 * * * *", "minute '5-1'"),
        ("*/0 * * * *", "minute"),
        ("*-5 * * * *", "minute"),
        ("a * * * *", "minute 'a'"),
        ("0 0 * mon *", "month 'mon'"),
        ("0; * * * *", "minute '0;'"),
        ("1, * * * *", "minute"),
        ("٣ * * * *", "minute"),
    ],
)
def test_a_field_that_means_nothing_is_named(text: str, named: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse(text)
    assert named in str(refused.value)


@pytest.mark.parametrize("text", ["0 9 31 2 *", "0 9 30,31 feb *", "0 0 31 4,6,9,11 *"])
def test_a_day_that_no_month_has_never_fires(text: str) -> None:
    with pytest.raises(SettingsError, match="never fires"):
        parse(text)


@pytest.mark.parametrize("text", ["0 9 29 2 *", "0 0 31 2,3 *", "0 0 31 2 mon", "0 0 31 * *", "0 0 30,1 2 *"])
def test_a_day_that_comes_at_times_or_a_weekday_beside_it_fires(text: str) -> None:
    assert parse(text).calendars()


@given(st.integers(0, 59), st.integers(0, 59), st.integers(1, 60))
def test_a_range_with_a_step_is_what_range_gives(low: int, high: int, step: int) -> None:
    wanted = tuple(range(low, high + 1, step))
    if wanted:
        assert parse(f"{low}-{high}/{step} * * * *").minutes == wanted
