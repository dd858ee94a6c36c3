"""What to install so that reports come by themselves: text for cron, systemd or Kubernetes.

``mcreports report --due`` may fire as often as it likes: what is due is found on disk. The runbook's
checks leave their results where reports look for them. Exit code 75 means that the source could not be
reached, so all three try that again, and nothing else.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mcreports import cron as five_fields
from mcreports.errors import UsageError
from mcreports.schedule_templates import CRON, CRONJOB, SYSTEMD, VOLUMES

if TYPE_CHECKING:
    from mcreports.settings import Settings

AGAIN = 75


@dataclass(frozen=True)
class Install:
    """Where it is to run: the command, the directory of output and of ``mcreports.toml``, the container image.

    ``config`` is the settings file where it is another one.
    """

    command: str = "/usr/local/bin/mcreports"
    directory: str = "/var/lib/mcreports"
    image: str = "registry.example.org/mcreports:0.1.0"
    config: str | None = None


@dataclass(frozen=True)
class Job:
    """A command of ours, what it is called, and when it is to run."""

    name: str
    when: five_fields.Cron
    arguments: tuple[str, ...]


_HERE = Install()


def cron(settings: Settings, install: Install = _HERE) -> str:
    """Lines for ``crontab -e``; they try again after 5, 15 and 60 minutes."""
    lines = [f"{job.when.text} {_crontab(install, job)}" for job in _jobs(settings, install)]
    return CRON.substitute(lines="\n".join(lines), again=AGAIN)


def systemd(settings: Settings, install: Install = _HERE) -> str:
    """A service and a timer for each job, each below the name of its file."""
    texts = [
        SYSTEMD.substitute(
            name=job.name,
            command=_systemd_command(install, job),
            directory=install.directory.replace("%", "%%"),
            writable=_systemd_word(install.directory),
            calendar="\n".join(f"OnCalendar={at}" for at in job.when.calendars()),
            again=AGAIN,
        )
        for job in _jobs(settings, install)
    ]
    return "\n".join(texts)


def kubernetes(settings: Settings, install: Install = _HERE) -> str:
    """Volumes for output and evidence and a CronJob for each job, for ``kubectl apply -f -``."""
    file = "mcreports.toml" if install.config is None else f"mcreports.toml={shlex.quote(install.config)}"
    texts = [VOLUMES.substitute(image=install.image, settings=file)]
    texts += [
        CRONJOB.substitute(
            name=job.name,
            schedule=_yaml(job.when.text),
            image=_yaml(install.image),
            arguments="[" + ", ".join(_yaml(word) for word in job.arguments) + "]",
            again=AGAIN,
        )
        for job in _jobs(settings, install)
    ]
    return "---\n".join(texts)


def _jobs(settings: Settings, install: Install) -> tuple[Job, ...]:
    schedule = settings.schedule
    _refuse_unsafe(schedule.autonomy_tenant, install)
    # With "=", a tenant called "-1" stays a value.
    autonomy = ("autonomy", "validate", f"--tenant={schedule.autonomy_tenant}")
    gateways = (settings.egress.primary, settings.egress.secondary)
    is_failover = any(gateway and gateway.cut and gateway.restore for gateway in gateways)
    asked = {
        "due": (schedule.due, ("report", "--due")),
        "autonomy": (schedule.autonomy, autonomy),
        "drift": (schedule.drift, ("drift", "check")),
        "bundle": (schedule.bundle, ("evidence", "pack")),
        "grounding": (schedule.grounding, ("grounding", "verify")),
        "egress": (schedule.egress, ("egress", "check", *(("--failover",) if is_failover else ()))),
        "readiness": (schedule.readiness, ("readiness",)),
        "archive": (schedule.archive, ("evidence", "archive")),
    }
    return tuple(Job(f"mcreports-{name}", five_fields.parse(when), words) for name, (when, words) in asked.items())


def _refuse_unsafe(tenant: str, install: Install) -> None:
    for name, text in (("tenant", tenant), *vars(install).items()):
        if text is not None and (re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", text) or not text):
            msg = f"the {name} {text!r} cannot stand in a schedule: it is empty or has control characters"
            raise UsageError(msg)
    for name, path in (("command", install.command), ("directory", install.directory), ("config", install.config)):
        if path is not None and not PurePosixPath(path).is_absolute():
            msg = f"the {name} {path!r} has to be an absolute path in a schedule"
            raise UsageError(msg)


def _words(install: Install, job: Job) -> tuple[str, ...]:
    """What follows the command on a machine: its settings first, where they were named."""
    return (*(() if install.config is None else ("--config", install.config)), *job.arguments)


def _crontab(install: Install, job: Job) -> str:
    command = shlex.join((install.command, *_words(install, job)))
    line = (
        f"cd {shlex.quote(install.directory)} && for pause in 0 300 900 3600; do sleep $pause; {command}; "
        f"code=$?; [ $code -eq {AGAIN} ] || break; done; exit $code"
    )
    # In a crontab a bare % ends the command.
    return line.replace("%", r"\%")


def _systemd_command(install: Install, job: Job) -> str:
    # systemd puts a variable in for a $ of an argument, and for none of the program's own name
    words = (install.command, *(word.replace("$", "$$") for word in _words(install, job)))
    return " ".join(_systemd_word(word) for word in words)


def _systemd_word(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return escaped if re.fullmatch(r"[\w./=%:@+-]+", word, re.ASCII) else f'"{escaped}"'


def _yaml(text: str) -> str:
    # JSON's pairs of surrogates are two characters to YAML, so each character has one escape.
    plain = (char if " " <= char <= "~" and char not in '"\\' else f"\\U{ord(char):08x}" for char in text)
    return f'"{"".join(plain)}"'
