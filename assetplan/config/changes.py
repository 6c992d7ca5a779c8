"""A plan with some keys changed, each named as in the plan file with dots; checked again as a plan is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from assetplan.config.plan import Plan
from assetplan.config.read import make_plan
from assetplan.errors import ConfigError, Fault

_PART = re.compile(r"([^\[\].]+)((?:\[\d+\])*)")
_FIGURES = 12  # of a number that is multiplied


def vary(plan: Plan, changes: Mapping[str, Any] | None = None, scale: Mapping[str, float] | None = None) -> Plan:
    """A plan with other values at some of its keys.

    Parameters
    ----------
    plan : Plan; it stays as it is
    changes : mapping, optional
        Values by key of the plan file, as "envelope.lines.bridges" or "limits[1].at_most" (entries are counted from 1).
    scale : mapping of str → float, optional; factors by key, after that: every number below the key is multiplied

    Raises
    ------
    ConfigError
        The plan has no such place, or it is no plan with these values; every fault is listed.
    """
    data = plan.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if faults := [Fault(plan.name, 0, key, "", rule) for key, rule in change(data, changes or {}, scale or {})]:
        raise ConfigError(faults)
    return make_plan(data, plan.folder / plan.name)


def change(plan: dict[str, Any], changes: Mapping[str, Any], scale: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    """Change the keys of a plan in place; yields those that it has no place for, each with what is wrong.

    Parameters
    ----------
    plan : dict; keys as in a plan file
    changes, scale : as of `vary`
    """
    for key, value in changes.items():
        if not _put(plan, key, lambda _, value=value: deepcopy(value)):
            yield key, "the base plan has no such place"
    for key, factor in scale.items():
        if not _put(plan, key, lambda old, factor=factor: _times(old, factor), there=True):
            yield key, "the base plan states nothing there that could be multiplied"


def _put(plan: dict[str, Any], key: str, new: Any, there: bool = False) -> bool:
    """Override the value at a dotted key in place; tables on the way are made, entries of lists must be there."""
    parts = [part for name, places in _PART.findall(key) for part in (name, *map(int, re.findall(r"\d+", places)))]
    at: Any = plan
    for part, following in zip(parts, [*parts[1:], None], strict=True):
        if isinstance(part, int):
            if not isinstance(at, list) or not 1 <= part <= len(at):
                return False
            part -= 1
        elif not isinstance(at, dict) or (there and part not in at):
            return False
        if following is None:
            at[part] = new(at[part] if isinstance(part, int) else at.get(part))
            return True
        at = at[part] if isinstance(part, int) else at.setdefault(part, {})
    return False


def _times(value: Any, factor: float) -> Any:
    """Every number in a value times a factor."""
    if isinstance(value, Mapping):
        return {key: _times(each, factor) for key, each in value.items()}
    if isinstance(value, list):
        return [_times(each, factor) for each in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return float(f"{value * factor:.{_FIGURES}g}")  # 1.386, and not 1.3860000000000001
