"""Read a round: a base plan, named overrides, scenarios that combine them, grids, samples; each becomes a plan."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from assetplan import __version__
from assetplan.config import Plan, make_plan
from assetplan.config.base import Frozen
from assetplan.config.changes import change
from assetplan.config.read import listed_faults
from assetplan.errors import ConfigError, Fault
from assetplan.input_files import read_toml, value_faults
from assetplan.inputs.load import files_of, input_digests, source_digest
from assetplan.postgis.address import DatabaseTable
from assetplan.rounds.calendar import Meeting, calendar_faults
from assetplan.rounds.rows import Override, ScenarioGrid, ScenarioRow, ScenarioSamples
from assetplan.words import plural

MOST = 200
"""Scenarios of a round that is not to be confirmed."""

_ID = 16  # hexadecimal digits: two of a million runs are alike once in some 10^7 rounds


class _File(Frozen):
    name: str = Field(min_length=1)
    plan: str = Field(min_length=1)
    overrides: dict[str, Override] = Field(default_factory=dict)
    scenarios: tuple[ScenarioRow, ...] = ()
    grids: tuple[ScenarioGrid, ...] = ()
    samples: tuple[ScenarioSamples, ...] = ()
    calendar: tuple[Meeting, ...] | None = None


@dataclass(frozen=True)
class Scenario:
    """One plan of a round.

    Attributes
    ----------
    name : str
    data : dict; the resolved plan, keys as in a plan file
    file : Path; the base plan's file: relative paths of the plan start at its folder
    plan : Plan; the same, checked
    """

    name: str
    data: dict[str, Any]
    file: Path
    plan: Plan

    def identity(self, digest: Callable[[Path | DatabaseTable], str] = source_digest) -> str:
        """Hash of the resolved plan, of all that it is made from and of the program's version: the same run.

        Parameters
        ----------
        digest : callable, optional; digest of a file or table
        """
        return identity_of(self.plan, digest)


@dataclass(frozen=True)
class RoundFile:
    """A round's file: its name, its scenarios in order, and its calendar, None where it states none."""

    name: str
    scenarios: tuple[Scenario, ...]
    calendar: tuple[Meeting, ...] | None = None


def identity_of(plan: Plan, digest: Callable[[Path | DatabaseTable], str] = source_digest) -> str:
    """Identity of a plan's run, as of `Scenario.identity`."""
    named = {what: digest(path) for what, path in files_of(plan).items()}  # two files may have one name
    known = json.dumps([named, input_digests(plan, digest), __version__], sort_keys=True)
    return hashlib.sha256(known.encode()).hexdigest()[:_ID]


def read_round_file(path: str | Path) -> RoundFile:
    """Read a round's file and resolve every scenario into a plan.

    Parameters
    ----------
    path : path; a TOML file; see docs/rounds.md

    Raises
    ------
    ConfigError
        The file is not TOML, has an unknown key, names an override that is not there, or two scenarios of one name; a
        scenario is no plan. The faults of all scenarios are listed together.
    FileNotFoundError
        There is no such file, or no such plan.
    """
    path = Path(path)
    data = read_toml(path, ConfigError)
    if odd := value_faults(data, str(path)):
        raise ConfigError(odd)
    try:
        stated = _File.model_validate(data)
    except ValidationError as error:
        raise ConfigError(listed_faults(str(path), error)) from error
    file = path.parent / stated.plan
    base = read_toml(file, ConfigError)
    rows = [*stated.scenarios, *(row for grid in stated.grids for row in grid.rows())]
    rows += [row for samples in stated.samples for row in samples.rows()]
    faults = list(_faults(str(path), stated, rows))
    if faults:
        raise ConfigError(faults)
    scenarios = []
    for row in rows:
        changes = [*(stated.overrides[name] for name in row.use), row]
        where = f"{path}, scenario {row.name!r}"
        resolved, wrong = _resolved(base, changes, where)
        faults += wrong
        if not wrong:
            try:
                scenarios.append(Scenario(row.name, resolved, file, make_plan(resolved, file)))
            except ConfigError as error:
                faults += [replace(fault, file=where) for fault in error.faults]
    if faults:
        raise ConfigError(_once(faults))
    return RoundFile(stated.name, tuple(scenarios), stated.calendar)


def _faults(file: str, stated: _File, rows: list[ScenarioRow]) -> Iterator[Fault]:
    """What is wrong with a round whose values are each of their kind."""
    if not rows:
        yield Fault(file, 0, "scenarios", "", "a round needs a scenario, a grid or samples")
    for name in sorted(name for name, count in Counter(row.name for row in rows).items() if count > 1):
        yield Fault(file, 0, "scenarios", name, "is the name of two scenarios: each needs its own")
    for name in sorted({name for row in rows for name in row.use} - stated.overrides.keys()):
        yield Fault(file, 0, "use", name, f"no such override; the round has {', '.join(stated.overrides) or 'none'}")
    for grid in stated.grids:
        for key, values in (*grid.set.items(), *grid.scale.items()):
            if not values:
                yield Fault(file, 0, f"grids.{grid.name}.{key}", "", "has no values")
    yield from calendar_faults(file, stated.calendar or ())


def _once(faults: list[Fault]) -> Iterator[Fault]:
    """Faults of scenarios, those of several as one of the first: a grid or samples have each in all their scenarios."""
    alike: dict[tuple[str, str, str], list[Fault]] = {}
    for fault in faults:
        alike.setdefault((fault.column, fault.value, fault.rule), []).append(fault)
    for first, *others in alike.values():
        yield replace(first, file=f"{first.file} and {plural(len(others), 'other')}") if others else first


def _resolved(base: dict[str, Any], changes: list[Override], where: str) -> tuple[dict[str, Any], list[Fault]]:
    """The base plan with changes in order, and the keys that could not be followed."""
    plan, faults = deepcopy(base), []
    for each in changes:
        faults += [Fault(where, 0, key, "", rule) for key, rule in change(plan, each.set, each.scale)]
    return plan, faults
