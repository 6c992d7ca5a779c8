"""Strategies forbidden, locked and required: `[rules]`. What a rule rules out is never an option."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from assetplan._types import Bools
from assetplan.config import Forbid, Require
from assetplan.errors import ConfigError, Fault
from assetplan.formulation.firm import KEY, FirmWorks
from assetplan.formulation.works import Works
from assetplan.inputs.load import Inputs
from assetplan.strategies import Candidates
from assetplan.strategies.names import in_order, strategy_names

_CALLED_FOR = "its condition in the plan's years, and [strategies], say which works it may have"


def follow_rules(inputs: Inputs, options: Candidates, firm: FirmWorks) -> Candidates:
    """The strategies that every rule allows, and that hold the firm works of an earlier programme.

    Parameters
    ----------
    inputs : Inputs; the plan with its register
    options : Candidates; every strategy of every asset
    firm : FirmWorks; from `hold_firm`

    Raises
    ------
    ConfigError
        Rules leave an asset without any strategy; each such asset is listed with the rule that took its last and
        those that had taken the others.
    """
    keep = np.ones(len(options.asset), dtype=bool)
    took = np.full(len(keep), -1)  # which rule took each strategy
    faults: list[Fault] = []
    keys: list[str] = []
    ids = inputs.register.assets["asset_id"].to_numpy(dtype=object)
    committed = _breaking_commitments(inputs)
    last = Fault("plan", 0, KEY, "", "no strategy of this asset holds its firm works"), firm.allowed
    for fault, allowed in (*_rules(inputs, options), last):
        before = np.logical_or.reduceat(keep, options.starts[:-1])
        took[keep & ~allowed] = len(keys)
        keys.append(fault.column)
        keep &= allowed
        emptied = before & ~np.logical_or.reduceat(keep, options.starts[:-1])
        for row in np.flatnonzero(emptied).tolist():
            mine = slice(options.starts[row], options.starts[row + 1])
            others = [keys[number] for number in np.unique(took[mine][allowed[mine]])]
            named = _named(fault, others, committed.get(row, ""), str(firm.held[row]))
            faults.append(replace(named, value=str(ids[row])))
    if faults:
        raise ConfigError(faults)
    return options if keep.all() else options.take(np.flatnonzero(keep))


def _named(fault: Fault, others: list[str], commitment: str, firm: str) -> Fault:
    """The fault with what it rests on: the rules that took what this one allows, else the asset's commitment."""
    if others and fault.column == KEY:
        rule = f"its firm works, {firm}, contradict {', '.join(others)}"
        return replace(fault, rule=rule, hint="leave the asset out of that, or give the works another status")
    if others:
        return replace(fault, rule=f"contradicts {', '.join(others)}", hint="leave the asset out of one of them")
    return replace(fault, rule=commitment, hint="") if commitment else fault


def _breaking_commitments(inputs: Inputs) -> dict[int, str]:
    """The fault of an asset whose commitment breaks a rule, by row."""
    assets = inputs.register.assets
    treatment, year = assets["committed_treatment"], assets["committed_year"]
    due = np.flatnonzero((treatment != "") & year.isin(inputs.plan.plan_years)).tolist()
    return {row: f"its commitment, {treatment.iloc[row]} in {year.iloc[row]:.0f}, breaks this rule" for row in due}


def _rules(inputs: Inputs, options: Candidates) -> Iterator[tuple[Fault, Bools]]:
    """The fault of an asset that each rule by itself leaves no strategy, and the candidates it allows."""
    rules = inputs.plan.rules
    if not (rules.forbid or rules.require or rules.lock):
        return
    assets = inputs.register.assets
    works = Works.of(assets, inputs.model, options)
    for number, forbid in enumerate(rules.forbid, 1):
        allowed = ~works.options_of(_forbidden(forbid, works, inputs.model.first_year))
        yield Fault("plan", 0, f"rules.forbid[{number}]", "", "leaves this asset no strategy"), allowed
    for number, need in enumerate(rules.require, 1):
        rule = f"no strategy of this asset has such works{' by then' if need.by_year else ''}"
        allowed = _meets(need, works, options, inputs.model.first_year)
        yield Fault("plan", 0, f"rules.require[{number}]", "", rule, _CALLED_FOR), allowed
    if rules.lock:
        name, names = strategy_names(assets, inputs.model, options)
        for number, lock in enumerate(rules.lock, 1):
            locked = assets["asset_id"].isin(lock.asset).to_numpy(dtype=bool)
            given = np.flatnonzero(names == in_order(lock.strategy))
            rule = f"no strategy of this asset is {lock.strategy}"
            allowed = ~locked[options.asset] | np.isin(name, given)
            yield Fault("plan", 0, f"rules.lock[{number}]", "", rule, _CALLED_FOR), allowed


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
