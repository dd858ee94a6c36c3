"""PromQL over the platform's metrics: one number per tenant, whatever a server calls its metrics and labels.

Replicas are never added up: of series that differ only in labels that are not ours the greatest counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcreports.errors import SettingsError
from mcreports.metrics import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mcreports.metrics import Metric

ANY = '"(?s:(.*))"'  # the whole value of a label, line breaks included
MEMORY = "1d"  # a series that was silent for so long before a window is new in it
ROUND = "30m"  # within so long a server that starts has asked everybody once


@dataclass(frozen=True)
class Scope:
    """Whose series are meant: everybody's, but for what each pair of operator and PromQL string leaves out."""

    matchers: tuple[tuple[str, str], ...] = ()

    @staticmethod
    def only(tenant: str) -> Scope:
        """One tenant's series."""
        return Scope((("=", literal(tenant)),))

    @staticmethod
    def but(tenants: Iterable[str]) -> Scope:
        """Everybody's series but those of some."""
        return Scope(tuple(("!=", literal(tenant)) for tenant in tenants))

    def without(self, tenants: Iterable[str]) -> Scope:
        """The same series without those of some more."""
        return Scope((*self.matchers, *Scope.but(tenants).matchers))

    def holds(self, tenant: str) -> bool:
        """Whether a tenant's series are meant, as far as names alone can tell."""
        name = literal(tenant)
        return not any(
            (sign == "=" and name != text) or (sign == "!=" and name == text) for sign, text in self.matchers
        )


@dataclass(frozen=True)
class Watch:
    """What shows that a server was watching before a window: samples of a metric, also ``earlier`` than the memory.

    What was seen at these instants is not new either. They are slow: a query reads all days between them.
    """

    metric: Metric
    earlier: tuple[str, ...] = ()


EVERYBODY = Scope()


def literal(text: str) -> str:
    r"""A PromQL string that is exactly this text, and in which Grafana finds no variable.

    >>> print(literal('a"$b'))
    "a\"\x24b"
    """
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        msg = f"the tenant {text!r} of the settings holds half a character, which no server can store; correct its name"
        raise SettingsError(msg)
    written = CATALOGUE["tenant.info"].selector(tenant=text).partition("=")[2]
    return written.removesuffix("}").replace("$", r"\x24")


def series(metric: Metric, scope: Scope, **labels: str) -> str:
    """The selector of a metric's series within a scope."""
    pairs = [f"{metric.server_label('tenant')}{sign}{text}" for sign, text in scope.matchers]
    pairs += [f"{metric.server_label(label)}={literal(value)}" for label, value in labels.items()]
    return f"{metric.name}{{{','.join(pairs)}}}" if pairs else metric.name


def by_tenant(metric: Metric, vector: str, *kept: str) -> str:
    """A vector of this metric by tenant and the labels that are kept, under our own names."""
    labels = ("tenant", *kept)
    renamed = {label: metric.server_label(label) for label in labels if metric.server_label(label) != label}
    if clashing := sorted(renamed.keys() & renamed.values()):
        msg = f"metrics.{metric.key}: labels that take each other's names cannot be exported: {', '.join(clashing)}"
        raise SettingsError(msg)
    for label, server_label in renamed.items():
        vector = f'label_replace({vector}, "{label}", "$1", "{server_label}", {ANY})'
    return f"max by ({', '.join(labels)}) ({vector})"


def named(value: str, tenant: str) -> str:
    """A number that the settings give a tenant, as a vector of its own."""
    return f'label_replace(vector({value}), "tenant", {literal(tenant.replace("$", "$$"))}, "", "")'


def events(metric: Metric, scope: Scope, window: str, watch: Watch, **labels: str) -> str:
    """How many events each tenant had in a window, in whole numbers.

    A new series counts from 0 on if anybody's samples show that the server was watching: to one that was not, every
    counter is new, however old what it counts.
    """
    one = series(metric, scope, **labels)
    new = " unless ".join([one, f"last_over_time({one}[{MEMORY}] offset {window})", *_at(one, watch.earlier)])
    watched = " or ".join(
        f"group({found})"
        for name in dict.fromkeys((metric.name, watch.metric.name))
        for found in _at(name, (f"{window}{ROUND}", *watch.earlier))
    )
    grown = f"({new} and on () ({watched}) or increase({one}[{window}]))"
    kept = [label for label in metric.labels if label != "tenant"]
    return f"sum by (tenant) (round({by_tenant(metric, grown, *kept)}))"


def _at(vector: str, instants: Iterable[str]) -> list[str]:
    return [f"{vector} offset {instant}" for instant in instants]


def percentage(part: str, whole: str, least: int) -> str:
    """Part of a whole in percent, where the whole is at least so many; a part that is not there is none of it."""
    return f"100 * ({part} or {whole} * 0) / ({whole} >= {least})"
