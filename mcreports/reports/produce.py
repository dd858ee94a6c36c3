"""From a source to a published run: snapshot, notebook, page, files, all or nothing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, Any

from mcreports import __version__
from mcreports import snapshot as snapshots
from mcreports.checks import Status
from mcreports.domains import handover
from mcreports.domains.incidents.case import Case
from mcreports.domains.incidents.take import take_as_of
from mcreports.figures import instant_text
from mcreports.plan import INCIDENTS
from mcreports.reports import execute, publish
from mcreports.reports.manifest import snapshot_digest
from mcreports.reports.print_page import find_browser, print_page
from mcreports.reports.record import data_through, figures_csv, record, report_json, verdicts_csv
from mcreports.take import Bench, take
from mcreports.view.words import instant_words, period_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from mcreports.reports.page_head import PageHead
    from mcreports.reports.publish import RunRecord, Slot
    from mcreports.reports.runs import PublishedRun
    from mcreports.settings import Settings
    from mcreports.snapshot import Snapshot
    from mcreports.sources import Source
    from mcreports.take import Order

ALWAYS = ("html", "json")  # the forms that every run has
TITLES = {
    "daily": "Daily report", "weekly": "Weekly report", "monthly": "Monthly report", "trends": "Trends",
    "incident-budget": "Budget incident", "incident-autonomy": "Autonomy incident",
    "incident-drift": "Drift incident",
}  # fmt: skip
METHOD = (
    "Money is read off each counter's unwrapped, interpolated curve and rounded once, on the curve.",
    "Events are differences of whole numbers; what was not measured is never a pass.",
)


@dataclass(frozen=True)
class Workshop:
    """What every run is made with: the source, the settings, the time, and who hears of the progress.

    ``cluster`` is the address of a scheduler whose workers pull and work out the report of all tenants;
    ``at`` is the instant that an incident is seen from.
    """

    source: Source
    settings: Settings
    now: datetime
    tell: Callable[[str], None]
    cluster: str | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class _Place:
    """Where one run is made: its directory, its number, its definition."""

    directory: Path
    revision: int
    definition: str
    began: float


def produce(order: Order, shop: Workshop, *, per_tenant: bool = False, reason: str = "") -> PublishedRun:
    """Publish a report, or give back the run that already says the same; an error leaves the last one as it was."""
    began = monotonic()
    if "pdf" in shop.settings.report.formats:
        find_browser()
    definition = define(order, shop.settings, per_tenant=per_tenant)
    target = publish.Target(shop.settings.report.output, order.report, order.period, order.tenants or ())
    with publish.reserve(target) as slot:
        taken = _take(order, shop, slot.staging)
        standing = slot.standing(definition)
        if standing is not None:
            return standing
        whole = _make(taken, shop, _Place(slot.staging, slot.revision, definition, began))
        parts = _per_tenant(order, shop, slot, taken) if per_tenant else {}
        return slot.publish(replace(whole, reason=reason), parts)


def _take(order: Order, shop: Workshop, directory: Path) -> Snapshot:
    """A snapshot, pulled straight into the directory that the notebook will read it from."""
    if shop.cluster is not None:
        from mcreports.cluster.gather import Site, gather

        return gather(order, shop.source, shop.settings, shop.now, Site(shop.cluster, directory, shop.tell))
    bench = Bench(snapshots.shelf_of(directory), shop.tell)
    if order.report in INCIDENTS:
        taken = take_as_of(order, shop.source, shop.settings, shop.at or shop.now, bench)
    else:
        taken = take(order, shop.source, shop.settings, shop.now, bench)
    snapshots.write(taken, directory)
    return taken


def _per_tenant(order: Order, shop: Workshop, slot: Slot, taken: Snapshot) -> dict[str, RunRecord]:
    """A run of its own for each tenant, over a snapshot that holds nothing of another's."""
    records = {}
    for tenant in taken.tenants:
        own = replace(order, tenants=(tenant,))
        began = monotonic()
        directory = slot.tenant_directory(tenant)
        alone = _take(own, replace(shop, cluster=None), directory)  # one tenant is no work for many
        definition = define(own, shop.settings, per_tenant=False)
        records[tenant] = _make(alone, shop, _Place(directory, slot.revision, definition, began))
    return records


def define(order: Order, settings: Settings, *, per_tenant: bool) -> str:
    """A digest of what makes two runs the same report: this package, kind, zone, tenants, names, forms."""
    body = {
        "version": __version__,
        "report": order.report,
        "zone": order.period.zone,
        "tenants": order.tenants,
        "expected": settings.report.tenants,
        "metrics": {key: own.model_dump() for key, own in settings.metrics.items()},
        "formats": sorted({*ALWAYS, *settings.report.formats}),
        "per_tenant": per_tenant,
    }
    text = json.dumps(body, sort_keys=True, default=str)
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _make(taken: Snapshot, shop: Workshop, place: _Place) -> RunRecord:
    """Execute the notebook over the snapshot in a directory and put every form of the report beside it."""
    from mcreports.reports.render import render

    shop.tell("notebook")
    notebook, parameters = _notebook(taken)
    node = execute.execute(notebook, place.directory, parameters, shop.settings.report.timeout)
    handover.clear(place.directory)
    digest = snapshot_digest(place.directory)
    run = {
        "revision": place.revision,
        "run_id": f"{taken.report}-{taken.period.label}-r{place.revision}-{digest.removeprefix('sha256:')[:12]}",
        "definition": place.definition,
        "snapshot": digest,
        "generated_at": instant_text(shop.now),
    }
    body = record(taken, execute.closing_of(node, notebook.name), run)
    shop.tell("page")
    _put(place.directory, "report.json", report_json(body))
    forms = _forms(place.directory, body, shop.settings.report.formats)
    page = render(node, _head(taken, body, forms))
    _put(place.directory, "report.html", [page])
    if "pdf" in shop.settings.report.formats:
        shop.tell("PDF")
        (place.directory / "report.pdf").write_bytes(print_page(page, shop.now))
    return publish.RunRecord(
        definition=place.definition,
        state=taken.state,
        status=body["verdict"]["status"],
        headline=body["verdict"]["headline"],
        generated_at=shop.now,
        took_seconds=round(monotonic() - place.began, 1),
        tenants=taken.tenants,
    )


def _notebook(taken: Snapshot) -> tuple[Path, dict[str, str]]:
    """The report's notebook and its parameters; the incidents share one."""
    if taken.report in INCIDENTS:
        case = Case(taken)
        own = {"incident": case.subject, "tenant": case.tenant, "at": instant_text(case.at), "snapshot": "."}
        return execute.notebook_path("incident"), own
    return execute.notebook_path(taken.report), {"period": taken.period.label, "snapshot": "."}


def _forms(directory: Path, body: dict[str, Any], formats: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The other forms of the report that were asked for, and where each lies beside the page."""
    forms = [("JSON", "report.json"), ("Notebook", "report.ipynb")]
    if "csv" in formats:
        _put(directory, "figures.csv", [figures_csv(body["figures"])])
        _put(directory, "verdicts.csv", [verdicts_csv(body["verdicts"])])
        forms += [("Figures, CSV", "figures.csv"), ("Verdicts, CSV", "verdicts.csv")]
    if "xlsx" in formats:
        from mcreports.reports.workbook import workbook

        (directory / "report.xlsx").write_bytes(workbook(body))
        forms.append(("Excel", "report.xlsx"))
    if "pdf" in formats:
        forms.append(("PDF", "report.pdf"))
    return (*forms, ("Manifest", "MANIFEST.json"))


def _head(taken: Snapshot, body: dict[str, Any], forms: tuple[tuple[str, str], ...]) -> PageHead:
    from mcreports.reports.page_head import PageHead

    through = data_through(taken)
    facts = (
        f"All tenants ({len(taken.tenants):,})" if len(taken.tenants) != 1 else f"Tenant {taken.tenants[0]}",
        "USD",
        *([f"As of {instant_words(Case(taken).at)}"] if taken.report in INCIDENTS else []),
        f"Data through {instant_words(through)}" if through else "No data",
        f"Generated {instant_words(datetime.fromisoformat(body['generated_at']))}",
        *(["The embedded demo: invented data"] if taken.source.kind == "demo" else []),
    )
    return PageHead(
        title=TITLES[taken.report],
        period=period_words(taken.period),
        state=taken.state,
        revision=body["revision"],
        status=Status(body["verdict"]["status"]),
        headline=body["verdict"]["headline"],
        facts=facts,
        method=METHOD,
        run=(
            ("Source", f"{taken.source.kind} {taken.source.url}"),
            ("Run", body["run_id"]),
            ("Definition", body["definition"]),
            ("Snapshot", body["snapshot"]),
        ),
        forms=forms,
    )


def _put(directory: Path, name: str, text: Iterable[str]) -> None:
    with (directory / name).open("w", encoding="utf-8", newline="") as file:
        file.writelines(text)
