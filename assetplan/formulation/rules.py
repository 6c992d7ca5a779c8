"""Strategies forbidden, locked and required, and years that are closed. What a rule rules out is never an option."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from assetplan._types import Bools, Ints
from assetplan.config import Forbid, Require
from assetplan.errors import ConfigError, Fault
from assetplan.formulation.closed_years import Closed, closed_again, closed_schemes, closed_works, least_between
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
        those that had taken the others. Or an asset of a scheme has all its years closed.
    """
    if firm.allowed.all() and not _any_rule(inputs):
        return options
    keep = np.ones(len(options.asset), dtype=bool)
    left = np.diff(options.starts)
    took = np.full(len(keep), -1)  # which rule took each strategy
    faults: list[Fault] = []
    keys: list[str] = []
    ids = inputs.register.assets["asset_id"].to_numpy(dtype=object)
    committed = _breaking_commitments(inputs)
    works = Works.of(inputs.register.assets, inputs.model, options)
    closed = list(closed_works(inputs, works))
    faults += closed_schemes(inputs, works, closed)
    last = Fault("plan", 0, KEY, "", "no strategy of this asset holds its firm works"), np.flatnonzero(~firm.allowed)
    for fault, out in (*_rules(inputs, options, works, closed), last):
        new = out[keep[out]]
        took[new], keep[new] = len(keys), False
        keys.append(fault.column)
        left -= np.bincount(options.asset[new], minlength=len(left))
        for row in np.unique(options.asset[new[left[options.asset[new]] == 0]]).tolist():
            mine = np.setdiff1d(np.arange(options.starts[row], options.starts[row + 1]), out)
            others = [keys[number] for number in np.unique(took[mine])]
            named = _named(fault, others, committed.get(row, ""), str(firm.held[row]))
            faults.append(replace(named, value=str(ids[row])))
    if faults:
        raise ConfigError(faults)
    return options if keep.all() else options.take(np.flatnonzero(keep))


def _any_rule(inputs: Inputs) -> bool:
    """Whether the plan has anything that rules a strategy out, but for firm works."""
    plan, rules = inputs.plan, inputs.plan.rules
    own = (rules.forbid, rules.require, rules.lock, plan.embargoes, plan.calendar)
    return any(map(bool, own)) or least_between(inputs) > 0


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


def _rules(inputs: Inputs, options: Candidates, works: Works, closed: Sequence[Closed]) -> Iterator[tuple[Fault, Ints]]:
    """The fault of an asset that each rule by itself leaves no strategy, and the candidates it rules out, in order."""
    rules, assets = inputs.plan.rules, inputs.register.assets
    forbidden = [
        (f"rules.forbid[{number}]", np.flatnonzero(_forbidden(forbid, works, inputs.model.first_year)))
        for number, forbid in enumerate(rules.forbid, 1)
    ]
    for key, rows in (*forbidden, *closed, ("sites.closed_again", closed_again(inputs, works))):
        yield Fault("plan", 0, key, "", "leaves this asset no strategy"), np.unique(works.option[rows])
    for number, need in enumerate(rules.require, 1):
        rule = f"no strategy of this asset has such works{' by then' if need.by_year else ''}"
        allowed = _meets(need, works, options, inputs.model.first_year)
        yield Fault("plan", 0, f"rules.require[{number}]", "", rule, _CALLED_FOR), np.flatnonzero(~allowed)
    if rules.lock:
        name, names = strategy_names(assets, inputs.model, options)
        for number, lock in enumerate(rules.lock, 1):
            locked = assets["asset_id"].isin(lock.asset).to_numpy(dtype=bool)
            given = np.flatnonzero(names == in_order(lock.strategy))
            rule = f"no strategy of this asset is {lock.strategy}"
            out = np.flatnonzero(locked[options.asset] & ~np.isin(name, given))
            yield Fault("plan", 0, f"rules.lock[{number}]", "", rule, _CALLED_FOR), out


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
