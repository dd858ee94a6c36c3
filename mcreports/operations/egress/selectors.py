"""Label selectors of Kubernetes: which labels they mean, and fields that are read without trust."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from mcreports.evidence.fields import FieldError, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Kind = TypeVar("Kind")

NAMESPACE_NAME = "kubernetes.io/metadata.name"
WITH_VALUES, WITHOUT_VALUES = frozenset({"In", "NotIn"}), frozenset({"Exists", "DoesNotExist"})


@dataclass(frozen=True)
class Requirement:
    """One thing that labels must hold."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether labels hold it; a label that is not there is not in any values."""
        match self.operator:
            case "In":
                return labels.get(self.key) in self.values
            case "NotIn":
                return labels.get(self.key) not in self.values
            case "Exists":
                return self.key in labels
            case _:
                return self.key not in labels

    @property
    def words(self) -> str:
        """The requirement as kubectl writes it."""
        listed = f"({','.join(self.values)})"
        return {
            "In": f"{self.key} in {listed}" if len(self.values) > 1 else f"{self.key}={''.join(self.values)}",
            "NotIn": f"{self.key} notin {listed}",
            "Exists": self.key,
        }.get(self.operator, f"!{self.key}")


@dataclass(frozen=True)
class Selector:
    """Labels that must all hold; without any requirement everything is selected."""

    requirements: tuple[Requirement, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether something with these labels is selected."""
        return all(one.matches(labels) for one in self.requirements)

    @property
    def words(self) -> str:
        """The selector as kubectl writes it; empty if it selects everything."""
        return ",".join(one.words for one in self.requirements)

    @property
    def names(self) -> tuple[str, ...] | None:
        """The names of the namespaces that it can select at most, if it says so itself."""
        named = [set(one.values) for one in self.requirements if (one.key, one.operator) == (NAMESPACE_NAME, "In")]
        return tuple(sorted(set.intersection(*named))) if named else None


def selector(body: Mapping[str, object], path: str) -> Selector:
    """The selector that a manifest's object describes."""
    only(body, ("matchLabels", "matchExpressions"), path)
    labels = optional(body, "matchLabels", dict[str, object], path)
    found = [Requirement(str(key), "In", (string(labels, key, f"{path}.matchLabels"),)) for key in labels]
    for number, one in enumerate(optional(body, "matchExpressions", list[object], path)):
        found.append(
            _expression(mapping(one, f"{path}.matchExpressions[{number}]"), f"{path}.matchExpressions[{number}]")
        )
    return Selector(tuple(found))


def _expression(body: Mapping[str, object], path: str) -> Requirement:
    only(body, ("key", "operator", "values"), path)
    key, operator = string(body, "key", path), string(body, "operator", path)
    values = optional(body, "values", list[object], path)
    if operator not in WITH_VALUES | WITHOUT_VALUES:
        raise FieldError(f"{path}.operator", f"is {shown(operator)}, not In, NotIn, Exists or DoesNotExist")
    if bool(values) is not (operator in WITH_VALUES):
        raise FieldError(f"{path}.values", f"must {'' if operator in WITH_VALUES else 'not '}be there for {operator}")
    for value in values:
        if not isinstance(value, str):
            raise FieldError(f"{path}.values", f"has {shown(value)}, not text")
    return Requirement(key, operator, tuple(map(str, values)))


def mapping(value: object, path: str) -> dict[str, object]:
    """An object, or a FieldError that names where it should be."""
    if not isinstance(value, dict):
        raise FieldError(path, f"is {shown(value)}, not an object")
    return value


def optional(body: Mapping[str, object], key: str, kind: type[Kind], path: str) -> Kind:
    """The value of a key, or an empty one where it is missing or null."""
    value = body.get(key)
    if value is None:
        return kind()
    plain = getattr(kind, "__origin__", kind)
    if not isinstance(value, plain):
        raise FieldError(f"{path}.{key}", f"is {shown(value)}, not {'a list' if plain is list else 'an object'}")
    return value


def string(body: Mapping[str, object], key: str, path: str) -> str:
    """The text of a key that must be there."""
    value = body.get(key)
    if not isinstance(value, str):
        raise FieldError(f"{path}.{key}", f"is {shown(value)}, not text")
    return value


def only(body: Mapping[str, object], keys: Iterable[str], path: str) -> None:
    """Refuse a key that nobody knows: what it was meant to narrow would stay wide."""
    known = tuple(keys)
    for key in body:
        if key not in known:
            raise FieldError(
                f"{path}.{key}" if isinstance(key, str) else path, f"is unknown; there are {', '.join(known)}"
            )
