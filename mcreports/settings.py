"""Settings: ``mcreports.toml``, then ``MCREPORTS__SECTION__KEY``, then flags; unknown keys are errors."""

from __future__ import annotations

import os
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal  # noqa: TC003 - pydantic reads the annotations
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import pydantic_settings
from pydantic import AfterValidator, BeforeValidator, Field, PositiveFloat, PositiveInt, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from mcreports import cron
from mcreports.errors import SettingsError, UsageError
from mcreports.operation_sections import (
    AnomalySettings,
    EgressSettings,
    EscalationSettings,
    EvidenceSettings,
    ReadinessSettings,
)
from mcreports.origin import PREFIX, Origin
from mcreports.period import check_zone
from mcreports.rules import RULES, Rule
from mcreports.section import Section
from mcreports.setting_faults import faults

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

FILE = "mcreports.toml"
CONFIG = "MCREPORTS_CONFIG"  # the settings file, where no flag names one: a kernel is started without flags
NAMED = {"tenants", "thresholds", "metrics"}  # sections whose keys are names, with case and dots


def _zone(name: str) -> str:
    try:
        check_zone(name)
    except UsageError as error:
        raise ValueError(str(error)) from error
    return name


def _when(text: str) -> str:
    try:
        cron.parse(text)
    except SettingsError as error:
        raise ValueError(str(error)) from error
    return text


def _day(text: str) -> str:
    date.fromisoformat(text)
    return text


Report = Literal["daily", "weekly", "monthly", "trends"]
When = Annotated[str, AfterValidator(_when)]
Format = Literal["html", "json", "csv", "xlsx", "pdf"]


class SourceSettings(Section):
    """Where samples come from, and how this machine proves who it is."""

    url: str = Field("demo://?seed=7", description="demo://?seed=7, http(s)://host:9090 or archive:PATH")
    deadline: PositiveFloat = Field(120.0, description="seconds for one metric, retries included")
    max_mb: PositiveFloat = Field(256.0, description="the largest answer that is read, in MB, unpacked")
    max_skew: PositiveFloat = Field(300.0, description="seconds that this clock and the server's may differ")
    reader: Literal["auto", "remote-read", "export", "query"] = Field("auto", description="how a server is read")
    org_id: str | None = Field(None, description="X-Scope-OrgID, for servers of many tenants")
    headers: dict[str, str] = Field(default_factory=dict, description="further request headers")
    token_file: Path | None = Field(None, description="a file that holds a bearer token")
    username: str | None = Field(None, description="for basic authentication")
    password_file: Path | None = Field(None, description="a file that holds the password")
    ca_file: Path | None = Field(None, description="the certificate authority to trust, PEM")
    cert_file: Path | None = Field(None, description="a client certificate, PEM")
    key_file: Path | None = Field(None, description="the client certificate's key, PEM")


class ArchiveSettings(Section):
    """Where raw samples of an http(s) source are kept, so that a server may forget them."""

    url: str = Field("archive", description="a directory, or an fsspec address like s3://bucket/path")
    enabled: bool = Field(True, description="whether reports keep what they fetch; the demo is never kept")
    options: dict[str, str] = Field(default_factory=dict, description="for fsspec: endpoint_url, profile, ...")


class ReportSettings(Section):
    """What is reported, for whom, in which zone, and where it is put."""

    zone: Annotated[str, BeforeValidator(_zone)] = Field("UTC", description="the calendar's time zone")
    settle: timedelta = Field(timedelta(minutes=15), description="how long a closed period waits for late samples")
    output: Path = Field(Path("output"), description="where runs are published")
    tenants: tuple[str, ...] = Field((), description="the expected tenants; empty: those of tenant.info")
    reports: tuple[Report, ...] = Field(("daily", "weekly", "monthly", "trends"), description="what --due publishes")
    since: Annotated[str, AfterValidator(_day)] | None = Field(
        None, description="the first day that --due publishes, 2025-10-01"
    )
    formats: tuple[Format, ...] = Field(("html", "json"), description="html, json, csv, xlsx, pdf")
    evidence: Path | None = Field(None, description="the directory of evidence files")
    timeout: PositiveInt = Field(600, description="seconds that one notebook may run")


class ThresholdSettings(Section):
    """A check's own thresholds; what is left out keeps the runbook's."""

    warn: Decimal | None = None
    fail: Decimal | None = None
    least_usd: Decimal | None = None


class TenantSettings(Section):
    """What differs for one tenant."""

    owner: str | None = None
    budget_daily: Decimal | None = Field(None, ge=0, description="USD a day, over the metric's")
    budget_monthly: Decimal | None = Field(None, ge=0, description="USD a month, over the metric's")
    thresholds: dict[str, ThresholdSettings] = Field(default_factory=dict)


class MetricSettings(Section):
    """Another platform's name for a metric, and for its labels."""

    # both go into PromQL as they are, where only literals can be escaped
    name: Annotated[str, Field(pattern=r"^[a-zA-Z_:][a-zA-Z0-9_:]*$")] | None = None
    labels: dict[str, Annotated[str, Field(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$")]] = Field(default_factory=dict)


class ScheduleSettings(Section):
    """When the exported schedule fires, in UTC; what is due is found on disk, so it may fire at any time."""

    due: When = Field("0 9 * * *", description="cron: publish what is due (the runbook's 09:00 UTC)")
    autonomy: When = Field("0 */6 * * *", description="cron: validate autonomy (the runbook's six hours)")
    drift: When = Field("30 8 * * *", description="cron: compare the configuration with its baseline")
    bundle: When = Field("0 7 * * mon", description="cron: pack the evidence (the runbook's Mondays)")
    grounding: When = Field("15 7 * * mon", description="cron: verify the grounding of the closed week")
    egress: When = Field("30 7 * * mon", description="cron: check the egress gateways")
    readiness: When = Field("45 7 * * mon", description="cron: the twelve validations (the runbook's first Monday)")
    archive: When = Field("0 8 1 * *", description="cron: archive the closed month's bundle")
    autonomy_tenant: str = Field("TENANT_003", description="whose autonomy is validated: one that must be there")


class Settings(BaseSettings):
    """Everything that can be set, each with the default that the runbook gives it."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True,
    )  # fmt: skip

    source: SourceSettings = SourceSettings()
    archive: ArchiveSettings = ArchiveSettings()
    report: ReportSettings = ReportSettings()
    thresholds: dict[str, ThresholdSettings] = Field(default_factory=dict)
    tenants: dict[str, TenantSettings] = Field(default_factory=dict)
    metrics: dict[str, MetricSettings] = Field(default_factory=dict)
    schedule: ScheduleSettings = ScheduleSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    anomalies: AnomalySettings = AnomalySettings()
    egress: EgressSettings = EgressSettings()
    readiness: ReadinessSettings = ReadinessSettings()
    escalation: EscalationSettings = EscalationSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes over the file, which comes in as the initial values; there is no third place."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings

    def rule(self, check: str, tenant: str | None = None) -> Rule:
        """The thresholds of a check for a tenant: its own, else the settings', else the runbook's."""
        rule = RULES[check]
        own = self.tenants[tenant].thresholds if tenant is not None and tenant in self.tenants else {}
        for changes in (self.thresholds.get(check), own.get(check)):
            if changes is not None:
                rule = replace(rule, **changes.model_dump(exclude_none=True))
        return rule


def load(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a TOML file and the environment; every fault is named with its key and line."""
    named = path or (Path(environment[CONFIG]) if CONFIG in environment else None)
    file = named or Path(FILE)
    text = ""
    if named is not None or file.exists():
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            msg = f"{file}: the settings cannot be read: {error}"
            raise SettingsError(msg) from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        msg = f"{file} is not TOML: {error}"
        raise SettingsError(msg) from error
    where = Origin(str(file), text, tuple(name for name in environment if name.upper().startswith(PREFIX)))
    _refuse_unknown_variables(where.variables)
    try:
        settings = Settings(**values)
    except ValidationError as error:
        msg = "; ".join(_fault(where, fault["loc"], what_is_wrong(fault)) for fault in error.errors())
        raise SettingsError(msg) from error
    except pydantic_settings.SettingsError as error:
        msg = f"a variable under {PREFIX} holds no value of its kind (a list is written as JSON): {error}"
        raise SettingsError(msg) from error
    found = tuple(faults(settings, where))
    if found:
        raise SettingsError("; ".join(found))
    return settings


def _refuse_unknown_variables(variables: tuple[str, ...]) -> None:
    sections = Settings.model_fields
    for variable in variables:
        section, *below = variable[len(PREFIX) :].split("__")
        if section.lower() not in sections:
            msg = f"{variable}: there is no section {section.lower()!r}; there are {', '.join(sections)}"
            raise SettingsError(msg)
        if section.lower() in NAMED and below:
            whole = f"{PREFIX}{section}"
            msg = f"{variable}: a variable's name keeps no case and no dots; write {whole} as JSON, or use the file"
            raise SettingsError(msg)


def what_is_wrong(fault: ErrorDetails) -> str:
    """A fault of a value in words, with the value where it is one of a few that it had to be."""
    said = fault["msg"]
    return f"{said}, not {fault['input']!r}" if fault["type"] == "literal_error" else said


def _fault(where: Origin, location: tuple[int | str, ...], message: str) -> str:
    said = "unknown key" if "Extra inputs" in message else message.removeprefix("Value error, ")
    return f"{where.of(location)}: {'.'.join(str(part) for part in location)}: {said}"
