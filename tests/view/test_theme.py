from __future__ import annotations

import re

import pytest

from mcreports.view.theme import DARK, LIGHT, page_css, sheet

TEXT = (
    "ink",
    "muted",
    "link",
    "fail",
    "warn",
    "pass",
    "unknown",
    "actual",
    "compute",
    "storage",
    "network",
    "driver-4",
    "driver-5",
    "driver-6",
)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_colour_can_be_read_on_its_ground(colours: dict[str, str]) -> None:
    assert {role for role in TEXT if contrast(colours[role], colours["ground"]) < 4.5} == set()
    tinted = ("fail", "warn", "pass", "unknown")
    assert {role for role in tinted if contrast(colours[role], colours[f"{role}-tint"]) < 4.5} == set()
    assert contrast(colours["prior"], colours["ground"]) >= 3


def test_every_colour_in_the_sheet_is_a_role_that_both_themes_know() -> None:
    assert set(LIGHT) == set(DARK)
    assert set(re.findall(r"var\(--mc-([a-z0-9-]+)\)", sheet())) <= set(LIGHT)
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b", sheet())


def test_dark_is_for_screens_alone() -> None:
    assert "@media screen and (prefers-color-scheme:dark)" in page_css()
