from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mcreports.errors import SettingsError
from mcreports.origin import Origin
from mcreports.rules import RULES
from mcreports.settings import Settings, load

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """Settings of a file's text and variables of the environment."""
    monkeypatch.chdir(tmp_path)

    def load_text(text: str = "", **variables: str) -> Settings:
        file = tmp_path / "mine.toml"
        file.write_text(text, encoding="utf-8")
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return load(file)

    return load_text


def test_without_a_file_every_setting_is_the_runbooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = load()
    assert (found.source.url, found.report.zone) == ("demo://?seed=7", "UTC")
    assert found.report.settle == timedelta(minutes=15)
    assert all(found.rule(check) == RULES[check] for check in RULES)


def test_the_environment_goes_over_the_file_and_leaves_the_rest(of: Callable[..., Settings]) -> None:
    found = of(
        '[report]\nzone = "UTC"\noutput = "out"\n[source]\nurl = "http://a"\n',
        MCREPORTS__REPORT__ZONE="Asia/Kathmandu", MCREPORTS__SOURCE__DEADLINE="7.5", MCREPORTS__REPORT__TENANTS='["a"]',
    )  # fmt: skip
    assert (found.report.zone, found.report.output, found.report.tenants) == ("Asia/Kathmandu", Path("out"), ("a",))
    assert (found.source.url, found.source.deadline) == ("http://a", 7.5)


def test_a_tenants_thresholds_go_over_the_settings_and_those_over_the_runbooks(of: Callable[..., Settings]) -> None:
    found = of(
        '[thresholds."budget.utilization.daily"]\nwarn = 70\n'
        '[tenants.A.thresholds."budget.utilization.daily"]\nfail = 75\n'
        "[tenants.A]\nbudget_monthly = 12.50\n"
    )
    every, own = (found.rule("budget.utilization.daily", name) for name in (None, "A"))
    assert (every.warn, every.fail, own.warn, own.fail) == (70, 90, 70, 75)
    assert found.tenants["A"].budget_monthly == Decimal("12.5")


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ('[report]\nzone = "UTC"\n[source]\nzone = "UTC"\n', 4, "source.zone: unknown key"),
        ("[reprot]\nzone = 1\n", 1, "reprot: unknown key"),
        ('\n\nreport = {zne = "UTC"}\n', 3, "report.zne: unknown key"),
        ('report.zone = "Mars"\n', 1, "report.zone: 'Mars' is not a time zone"),
        ('# zone\n[report]\nsettle = 5\nzone = "Mars"\n', 4, "report.zone"),
        ("[source]\ndeadline = 0\n", 2, "source.deadline: Input should be greater than 0"),
        ('[source.headers]\nurl = "x"\n[source]\nurl = 5\n', 4, "source.url"),
        ("[tenants.A]\nbudget_daily = -1\n", 2, "tenants.A.budget_daily: Input should be greater than or equal to 0"),
        ("[tenants.'a b']\nbudget_daily = nan\n", 2, "tenants.a b.budget_daily"),
        ("[thresholds]\n'budget.nope' = {warn = 1}\n", 2, "there is no check 'budget.nope'"),
        ("[tenants.A.thresholds.'budget.nope']\nwarn = 1\n", 1, "there is no check 'budget.nope'"),
        ("[metrics.'budget.csot']\nname = 'x'\n", 1, "there is no metric 'budget.csot'"),
        ("a = [\n 1,\n]\n", 1, "a: unknown key"),
    ],
)
def test_a_fault_names_the_file_the_line_and_the_key(
    of: Callable[..., Settings], text: str, line: int, key: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        of(text)
    assert f"mine.toml, line {line}: " in str(caught.value)
    assert key in str(caught.value)


def test_every_fault_is_told_at_once(of: Callable[..., Settings]) -> None:
    with pytest.raises(SettingsError) as caught:
        of('[report]\nzone = "Mars"\nuotput = "x"\n[source]\nurl = 1\n')
    assert [word in str(caught.value) for word in ("line 2", "line 3", "line 5")] == [True] * 3


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("MCREPORTS__REPROT__ZONE", "UTC", "there is no section 'reprot'"),
        ("mcreports__nope__zone", "UTC", "there is no section 'nope'"),
        ("MCREPORTS__REPORT__ZNE", "UTC", "MCREPORTS__REPORT__ZNE: report.zne: unknown key"),
        ("MCREPORTS__REPORT__ZONE", "Mars", "MCREPORTS__REPORT__ZONE: report.zone: 'Mars' is not a time zone"),
        ("MCREPORTS__REPORT__TENANTS", "a,b", "written as JSON"),
        ("MCREPORTS__REPORT", "x", "written as JSON"),
        ("MCREPORTS__TENANTS__TENANT_001__BUDGET_DAILY", "5", "keeps no case"),
    ],
)
def test_a_variable_that_sets_nothing_is_refused_by_its_name(
    of: Callable[..., Settings], variable: str, value: str, said: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        of("", **{variable: value})
    assert said in str(caught.value)


def test_tenants_in_the_environment_keep_their_names_as_json(of: Callable[..., Settings]) -> None:
    found = of("[tenants.B]\nowner = 'b'\n", MCREPORTS__TENANTS='{"TENANT_001": {"budget_daily": "5"}}')
    assert (found.tenants["TENANT_001"].budget_daily, found.tenants["B"].owner) == (5, "b")


def test_a_file_that_is_not_there_not_text_or_not_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    (tmp_path / "torn").write_text("[report\n")
    for name, said in (("gone", "cannot be read"), ("bytes", "cannot be read"), ("torn", "is not TOML")):
        with pytest.raises(SettingsError, match=f"{name}.*{said}"):
            load(tmp_path / name)


def test_a_line_within_a_text_of_several_lines_is_no_key() -> None:
    text = '[source]\nurl = """\nzone = 1\n"""\n[report]\nzone = "x"\n'
    assert Origin("f", text).of(("report", "zone")) == "f, line 6"
    assert Origin("f", text).of(("nowhere",)) == "f"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('since = "2025-02-30"', "report.since"),
        ('reports = ["hourly"]', "not 'hourly'"),
        ('formats = ["doc"]', "not 'doc'"),
    ],
)
def test_what_cannot_be_reported_is_named_with_its_line(of: Callable[..., Settings], text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=f"line 2.*{said}"):
        of(f"[report]\n{text}\n")


def test_a_source_section_without_an_url_names_no_source(tmp_path: Path) -> None:
    file = tmp_path / "mcreports.toml"
    file.write_text("[source]\ndeadline = 30\n")
    assert load(file, {}).source.model_fields_set == {"deadline"}
    file.write_text('[source]\nurl = "demo://?seed=7"\n')
    assert load(file, {}).source.model_fields_set == {"url"}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[schedule]\ndue = 'at nine'\n", 2, "schedule.due: 'at nine' is not a schedule"),
        ("[schedule]\n\negress = '0 9 * *'\n", 3, "schedule.egress: '0 9 * *' is not a schedule"),
        ("[schedule]\ndrift = '0 9 31 2 *'\n", 2, "schedule.drift: '0 9 31 2 *' never fires"),
        ("[metrics.'budget.cost']\nlabels = {nosuch = 'x'}\n", 2, "there is no label of metric budget.cost 'nosuch'"),
        ("[escalation]\nbudget = [{name = ''}]\n", 2, "escalation.budget.0.name"),
        ("[escalation]\nsecurity = [{name = ' '}]\n", 2, "escalation.security.0.name"),
        ("[[escalation.technical]]\nname = 'A'\nwithin = -60\n", 3, "escalation.technical.0.within"),
        ("[[escalation.budget]]\nname = 'A'\n[[escalation.budget]]\nname = ''\n", 4, "escalation.budget.1.name"),
        ("[evidence]\nfresh = 0\n", 2, "evidence.fresh: Input should be greater than 0"),
        ("[evidence]\nfresh = '-P1D'\n", 2, "evidence.fresh"),
        ("[readiness]\nmax_age = 0\n", 2, "readiness.max_age"),
        ("[thresholds.'budget.utilization.daily']\nwarn = 95\n", 2, "a warning at 95 comes after the failure at 90"),
        ("[thresholds.'budget.burn_rate']\nfail = 1\n", 2, "a warning above 1.2 comes after the failure above 1"),
        ("[thresholds.'autonomy.success_rate']\nwarn = 99\n", 2, "a warning below 99 comes after"),
        (
            "[thresholds.'data.coverage']\nwarn = 90\nfail = 85\n[tenants.A.thresholds.'data.coverage']\nfail = 92\n",
            5, "a warning below 90 comes after the failure below 92",
        ),
        ("[thresholds.'budget.burn_rate']\nleast_usd = 5\n", 2, "budget.burn_rate: only a forecast has a least_usd"),
        ("[tenants.A.thresholds.readiness]\nleast_usd = 5\n", 2, "A.thresholds.readiness: only a forecast has"),
    ],
)  # fmt: skip
def test_what_would_be_refused_later_is_refused_when_it_is_loaded(
    of: Callable[..., Settings], text: str, line: int, said: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        of(text)
    assert f"mine.toml, line {line}: " in str(caught.value)
    assert said in str(caught.value)


def test_a_warning_that_comes_first_or_with_the_failure_is_right(of: Callable[..., Settings]) -> None:
    found = of(
        "[thresholds.'budget.utilization.daily']\nwarn = 90\n[thresholds.'budget.forecast']\nleast_usd = 5\n"
        "[tenants.A.thresholds.'budget.utilization.daily']\nfail = 120\nwarn = 110\n"
        "[thresholds.'autonomy.success_rate']\nwarn = 99.95\n[schedule]\ndue = '0 9 29 feb *'\n"
        "[[escalation.budget]]\nname = 'A'\nwithin = 0\n"
    )
    assert found.rule("budget.utilization.daily", "A").warn == 110
    assert found.rule("budget.forecast").least_usd == 5
