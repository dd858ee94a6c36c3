from __future__ import annotations

import re
import shlex
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mcreports.errors import UsageError
from mcreports.schedule_export import Install, cron, kubernetes, systemd
from mcreports.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

TENANTS = [
    "TENANT_003",
    "O'Brien",
    'a "b" $HOME `id` $(id) %n \\',
    "-1",
    "=cmd|'/c calc'!A0",
    "a: {b}",
    "#x",
    "é\u202e😀",
]


JOBS = ("due", "autonomy", "drift", "bundle", "grounding", "egress", "readiness", "archive")
KEPT = ("OUT", "BUNDLES", "ARCHIVES")
GATEWAY = {"url": "http://a:8080", "cut": ("kubectl", "a"), "restore": ("kubectl", "b")}


def of(**schedule: str) -> Settings:
    return Settings(schedule=schedule)


def runs(text: str, place: str) -> list[str]:
    """The commands of a crontab as cron hands them to a shell, with pauses left out."""
    lines = [line for line in text.splitlines() if " && " in line]
    return [
        line.split(None, 5)[5].replace("\\%", "%").replace("sleep $pause", "true").replace("/var/lib/mcreports", place)
        for line in lines
    ]


def command(directory: Path, codes: str) -> Install:
    """A command that notes its arguments and ends with the next of the codes each time."""
    program = directory / "mcreports"
    (directory / "codes").write_text(codes)
    program.write_text(
        "#!/bin/sh\ncd ${0%/*}\nprintf '%s\\n' \"$@\" >> said\nread code < codes\nsed -i 1d codes\nexit $code\n"
    )
    program.chmod(0o755)
    return Install(str(program))


@pytest.mark.parametrize(
    ("codes", "calls", "code"), [("0\n", 1, 0), ("75\n75\n0\n", 3, 0), ("75\n" * 9, 4, 75), ("1\n0\n", 1, 1)]
)
def test_cron_tries_again_while_the_source_cannot_be_reached(codes: str, calls: int, code: int, tmp_path: Path) -> None:
    due, *_ = runs(cron(Settings(), command(tmp_path, codes)), str(tmp_path))
    assert subprocess.run(["sh", "-c", due], check=False).returncode == code
    assert (tmp_path / "said").read_text() == "report\n--due\n" * calls


@pytest.mark.parametrize("tenant", TENANTS)
def test_cron_hands_over_a_tenant_of_any_name(tenant: str, tmp_path: Path) -> None:
    _, autonomy, *_ = runs(cron(of(autonomy_tenant=tenant), command(tmp_path, "0\n")), str(tmp_path))
    assert subprocess.run(["sh", "-c", autonomy], check=False).returncode == 0
    assert (tmp_path / "said").read_text() == f"autonomy\nvalidate\n--tenant={tenant}\n"


def test_cron_fires_at_the_runbooks_times_in_utc() -> None:
    text = cron(Settings())
    assert "\nCRON_TZ=UTC\n" in text
    lines = [line.split(" cd ") for line in text.splitlines() if " && " in line]
    fired = {re.findall(r"bin/mcreports ([^;]*);", rest)[0]: when for when, rest in lines}
    assert fired == {
        "report --due": "0 9 * * *", "autonomy validate --tenant=TENANT_003": "0 */6 * * *",
        "drift check": "30 8 * * *", "evidence pack": "0 7 * * mon", "grounding verify": "15 7 * * mon",
        "egress check": "30 7 * * mon", "readiness": "45 7 * * mon", "evidence archive": "0 8 1 * *",
    }  # fmt: skip


def units(text: str) -> dict[str, dict[str, dict[str, list[str]]]]:
    found: dict[str, Any] = {}
    for part in re.split(r"^# /etc/systemd/system/", text, flags=re.MULTILINE)[1:]:
        name, body = part.split("\n", 1)
        sections: dict[str, dict[str, list[str]]] = {}
        section = ""
        for line in body.splitlines():
            if line.startswith("["):
                section = line.strip("[]")
            elif "=" in line and not line.startswith("#"):
                key, value = line.split("=", 1)
                sections.setdefault(section, {}).setdefault(key, []).append(value)
        found[name.split(",")[0]] = sections
    return found


def test_systemd_has_a_service_and_a_timer_for_each_job() -> None:
    found = units(systemd(Settings()))
    assert sorted(found) == [f"mcreports-{job}.{kind}" for job in sorted(JOBS) for kind in ("service", "timer")]
    due = found["mcreports-due.service"]["Service"]
    assert due["ExecStart"] == ["/usr/local/bin/mcreports report --due"]
    assert due["RestartForceExitStatus"] == ["75"]
    # systemd refuses RestartForceExitStatus in a oneshot service.
    assert due["Type"] == ["exec"]
    timer = found["mcreports-autonomy.timer"]["Timer"]
    assert timer == {"OnCalendar": ["*-*-* 00,06,12,18:00:00 UTC"], "Persistent": ["true"]}
    assert found["mcreports-due.timer"]["Install"] == {"WantedBy": ["timers.target"]}


@pytest.mark.parametrize("tenant", TENANTS)
def test_systemd_hands_over_a_tenant_of_any_name(tenant: str) -> None:
    said = units(systemd(of(autonomy_tenant=tenant)))["mcreports-autonomy.service"]["Service"]["ExecStart"][0]
    assert not re.search(r"(?<!%)%(?:%%)*(?!%)", said)
    assert shlex.split(said.replace("%%", "%").replace("$$", "$"))[1:] == ["autonomy", "validate", f"--tenant={tenant}"]


def jobs(text: str) -> dict[str, Any]:
    return {document["metadata"]["name"]: document for document in yaml.safe_load_all(text)}


def test_kubernetes_has_a_volume_and_a_job_for_each_check() -> None:
    found = jobs(kubernetes(Settings()))
    assert {name: document["kind"] for name, document in found.items()} == {
        "mcreports-output": "PersistentVolumeClaim", "mcreports-evidence": "PersistentVolumeClaim",
        **{f"mcreports-{job}": "CronJob" for job in JOBS},
    }  # fmt: skip
    spec = found["mcreports-due"]["spec"]
    assert (spec["schedule"], spec["timeZone"], spec["concurrencyPolicy"]) == ("0 9 * * *", "Etc/UTC", "Forbid")
    again = spec["jobTemplate"]["spec"]["podFailurePolicy"]["rules"][1]["onExitCodes"]
    assert (again["operator"], again["values"]) == ("NotIn", [75])


def test_a_pod_may_write_only_its_output_and_scratch() -> None:
    pod = jobs(kubernetes(Settings()))["mcreports-due"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    rights = container["securityContext"]
    assert rights == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert {mount["name"] for mount in container["volumeMounts"] if not mount.get("readOnly")} == {"output", "scratch"}
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    places = {entry["name"]: entry["value"] for entry in container["env"]}
    mounted = [mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")]
    for section, key in (("REPORT", "OUTPUT"), ("ARCHIVE", "URL"), *(("EVIDENCE", key) for key in KEPT)):
        assert places[f"MCREPORTS__{section}__{key}"].startswith(tuple(mounted))


def test_every_job_is_a_command_that_there_is() -> None:
    from typer.main import get_command

    from mcreports.cli.app import app

    for line in runs(cron(Settings()), "/x"):
        command: Any = get_command(app)
        for word in shlex.split(re.findall(r"bin/mcreports ([^;]*);", line)[0]):
            command = command if word.startswith("-") else command.commands[word]


@pytest.mark.parametrize("tenant", TENANTS)
def test_kubernetes_hands_over_a_tenant_of_any_name(tenant: str) -> None:
    job = jobs(kubernetes(of(autonomy_tenant=tenant)))["mcreports-autonomy"]
    (container,) = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert container["args"] == ["autonomy", "validate", f"--tenant={tenant}"]


@pytest.mark.parametrize("export", [cron, systemd, kubernetes])
@pytest.mark.parametrize("tenant", ["", "a\nb", "a\rb", "a\0b", "\ud800", "\x1b[2J"])
def test_a_tenant_that_could_start_a_line_of_its_own_is_refused(export: Any, tenant: str) -> None:
    with pytest.raises(UsageError, match="cannot stand in a schedule"):
        export(of(autonomy_tenant=tenant))


@pytest.mark.parametrize(
    "install", [Install("mcreports"), Install(directory="output"), Install(image="a\nb"), Install(config="a.toml")]
)
def test_a_place_that_cannot_be_is_refused(install: Install) -> None:
    with pytest.raises(UsageError):
        systemd(Settings(), install)


def words_of(text: str) -> list[list[str]]:
    """The arguments of each job in a crontab."""
    return [shlex.split(re.findall(r"bin/mcreports ([^;]*);", line)[0]) for line in runs(text, "/x")]


def test_settings_that_were_named_go_with_every_job() -> None:
    named = Install(config="/etc/mc reports/prod $1 100%.toml")
    assert all(words[:2] == ["--config", named.config] for words in words_of(cron(Settings(), named)))
    for name, unit in units(systemd(Settings(), named)).items():
        said = unit["Service"]["ExecStart"][0] if name.endswith(".service") else ""
        assert (not said) or shlex.split(said.replace("%%", "%").replace("$$", "$"))[1:3] == ["--config", named.config]
    assert not any("--config" in words for words in words_of(cron(Settings())))


def test_a_pod_finds_its_settings_where_they_are_mounted_whatever_their_file_is_called_here() -> None:
    text = kubernetes(Settings(), Install(config="/srv/my prod.toml"))
    assert "--from-file=mcreports.toml='/srv/my prod.toml'" in text
    assert "--from-file=mcreports.toml\n" in kubernetes(Settings())
    assert "--config" not in text


@pytest.mark.parametrize(
    ("egress", "words"),
    [
        ({}, ["egress", "check"]),
        ({"primary": {"url": "http://a:8080"}}, ["egress", "check"]),
        ({"primary": {**GATEWAY, "restore": ()}}, ["egress", "check"]),
        ({"primary": GATEWAY}, ["egress", "check", "--failover"]),
        ({"primary": {"url": "http://b:8080"}, "secondary": GATEWAY}, ["egress", "check", "--failover"]),
    ],
)
def test_a_failover_is_tried_where_the_settings_say_how(egress: Any, words: list[str]) -> None:
    assert words_of(cron(Settings(egress=egress)))[JOBS.index("egress")] == words


def test_a_pod_has_a_place_for_its_key_and_for_evidence() -> None:
    found = jobs(kubernetes(Settings()))
    assert found["mcreports-evidence"]["kind"] == "PersistentVolumeClaim"
    pod = found["mcreports-bundle"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    assert volumes["keys"]["secret"] == {"secretName": "mcreports-keys", "defaultMode": 0o440, "optional": True}
    assert volumes["evidence"]["persistentVolumeClaim"]["claimName"] == "mcreports-evidence"
    (container,) = pod["containers"]
    mounts = {mount["name"]: mount for mount in container["volumeMounts"]}
    assert (mounts["keys"]["mountPath"], mounts["keys"]["readOnly"]) == ("/etc/mcreports-keys", True)
    places = {entry["name"]: entry["value"] for entry in container["env"]}
    assert places["MCREPORTS__REPORT__EVIDENCE"] == mounts["evidence"]["mountPath"]
    assert mounts["evidence"]["readOnly"] is True
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["fsGroup"] == 10001


def test_systemd_takes_a_dollar_as_it_is_but_in_arguments() -> None:
    place = Install("/srv/a$b/bin/mcreports", '/srv/a$b "c" 5%\\', config="/srv/a$b.toml")
    service = units(systemd(Settings(), place))["mcreports-due.service"]["Service"]
    assert service["ReadWritePaths"] == ['"/srv/a$b \\"c\\" 5%%\\\\"']
    # the program is no argument: nothing is put in for a $ of its own
    assert service["ExecStart"] == ['"/srv/a$b/bin/mcreports" --config "/srv/a$$b.toml" report --due']
