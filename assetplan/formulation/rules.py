"""Strategies forbidden, locked and required: `[rules]`. What a rule rules out is never an option."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from assetplan._types import Bools
from assetplan.config import Forbid, Require
from assetplan.errors import ConfigError, Fault
from assetplan.formulation.works import Works
from assetplan.inputs.load import Inputs
from assetplan.strategies import Candidates
from assetplan.strategies.names import in_order, strategy_names


def follow_rules(inputs: Inputs, options: Candidates) -> Candidates:
    """The strategies that every rule allows.

    Raises
    ------
    ConfigError
        Rules leave an asset without any strategy; each such asset is listed with the rule that took its last.
    """
    keep = np.ones(len(options.asset), dtype=bool)
    faults: list[Fault] = []
    ids = inputs.register.assets["asset_id"].to_numpy(dtype=object)
    committed = _breaking_commitments(inputs)
    for name, fault, allowed in _rules(inputs, options):
        before = np.logical_or.reduceat(keep, options.starts[:-1])
        keep &= allowed
        emptied = before & ~np.logical_or.reduceat(keep, options.starts[:-1])
        for row in np.flatnonzero(emptied).tolist():
            faults.append(Fault("plan", 0, name, str(ids[row]), committed.get(row, fault)))
    if faults:
        raise ConfigError(faults)
    return options if keep.all() else options.take(np.flatnonzero(keep))


def _breaking_commitments(inputs: Inputs) -> dict[int, str]:
    """The fault of an asset whose commitment breaks a rule, by row."""
    assets = inputs.register.assets
    treatment, year = assets["committed_treatment"], assets["committed_year"]
    due = np.flatnonzero((treatment != "") & year.isin(inputs.plan.plan_years)).tolist()
    return {row: f"its commitment, {treatment.iloc[row]} in {year.iloc[row]:.0f}, breaks this rule" for row in due}


def _rules(inputs: Inputs, options: Candidates) -> Iterator[tuple[str, str, Bools]]:
    """Key of each rule, the fault of an asset that it leaves no strategy, and the candidates it allows."""
    rules = inputs.plan.rules
    if not (rules.forbid or rules.require or rules.lock):
        return
    assets = inputs.register.assets
    works = Works.of(assets, inputs.model, options)
    left = "this asset has no strategy that this rule and those before it allow"
    for number, forbid in enumerate(rules.forbid, 1):
        yield f"rules.forbid[{number}]", left, ~works.options_of(_forbidden(forbid, works, inputs.model.first_year))
    for number, need in enumerate(rules.require, 1):
        fault = "no strategy of this asset has such works by then" if need.by_year else f"{left}, with such works"
        yield f"rules.require[{number}]", fault, _meets(need, works, options, inputs.model.first_year)
    if rules.lock:
        name, names = strategy_names(assets, inputs.model, options)
        for number, lock in enumerate(rules.lock, 1):
            locked = assets["asset_id"].isin(lock.asset).to_numpy(dtype=bool)
            given = np.flatnonzero(names == in_order(lock.strategy))
            fault = f"its condition, a commitment or another rule does not allow {lock.strategy}"
            yield f"rules.lock[{number}]", fault, ~locked[options.asset] | np.isin(name, given)


def _forbidden(rule: Forbid, works: Works, first_year: int) -> Bools:
    forbidden = works.where(rule)
    if rule.years is not None:
        forbidden &= np.isin(works.year + first_year, rule.years)
    return forbidden


def _meets(rule: Require, works: Works, options: Candidates, first_year: int) -> Bools:
    good = works.where_treatment(rule)
    if rule.by_year is not None:
        good &= works.year + first_year <= rule.by_year
    return ~works.where_asset(rule)[options.asset] | works.options_of(good)
