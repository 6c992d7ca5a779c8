"""What is maximised: `[objective]` and `[stability]`. The report's benefit is another thing, and stays what it is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from assetplan._types import Bools, Floats
from assetplan.economics import condition_gain
from assetplan.formulation.bids import BidOptions
from assetplan.formulation.carbon import carbon_of_plan
from assetplan.inputs.load import Inputs
from assetplan.objectives import OBJECTIVES, Gains
from assetplan.strategies import Candidates, Rules
from assetplan.strategies.candidates import together
from assetplan.strategies.names import strategy_names, within

# Options whose curves are held at once: their index by year as float64 stays within some tens of megabytes.
_BLOCK = 500_000


def objective_of(inputs: Inputs, options: Candidates) -> tuple[Floats, Bools]:
    """Objective of each candidate, and where it differs from what an earlier programme chose, (n_options,).

    The objective is what the plan seeks, in its unit, less the price of a change.
    """
    sought = inputs.plan.objective
    present_cost = options.cost @ inputs.model.rules.works_discount
    condition = partial(_condition, options, sought.cut_off)
    carbon = partial(carbon_of_plan, inputs, options)
    risk = partial(risk_removed, options, inputs.model.rules, inputs.plan.risk.streams)
    gains = Gains(inputs.register.assets, options.asset, options.benefit, present_cost, condition, carbon, risk)
    value = OBJECTIVES[sought.of].value(gains)
    changes = _changes(inputs, options)
    if inputs.plan.stability is not None:
        value = value - inputs.plan.stability.price * changes
    return value, changes


def objective_of_bids(inputs: Inputs, bids: BidOptions) -> Floats:
    """Objective of each option of bids, which have no condition, (n_options,); none is beside least carbon.

    Parameters
    ----------
    inputs, bids : Inputs, BidOptions; the plan, and its bids
    """
    places = bids.places(inputs.register.assets)
    none = partial(np.zeros, len(bids.bid))
    gains = Gains(places, bids.bid, bids.benefit, bids.present_cost, none, none, none)
    return OBJECTIVES[inputs.plan.objective.of].value(gains)


def risk_removed(options: Candidates, rules: Rules, streams: Sequence[str]) -> Floats:
    """Present value of the streams of risk under do-nothing less under each candidate, (n_options,) [£].

    Parameters
    ----------
    options : Candidates; with those streams kept apart
    rules, streams : Rules, sequence of str; discounting, and the streams of risk
    """
    factors = np.append(rules.burden_discount, 1.0)
    nothing = together(options.nothing_apart, rules, streams) @ factors
    removed: Floats = nothing[options.asset] - options.stream_apart(rules, streams) @ factors
    return removed


def _condition(options: Candidates, cut_off: float) -> Floats:
    """Area between the two index curves above the cut-off; both begin at the condition of the base year."""
    area = np.empty(len(options.asset))
    for first in range(0, len(area), _BLOCK):
        part = slice(first, first + _BLOCK)
        nothing, treated = options.nothing_index[options.asset[part]], options.index[part]
        nothing, treated = (np.pad(curve, ((0, 0), (1, 0))) for curve in (nothing, treated))
        area[part] = condition_gain(nothing, treated, cut_off)
    return area


def _changes(inputs: Inputs, options: Candidates) -> Bools:
    if inputs.earlier is None:
        return np.zeros(len(options.asset), dtype=bool)
    assets = inputs.register.assets
    # What either does in years that the other does not have is no change.
    years = tuple(year for year in inputs.plan.plan_years if year in inputs.earlier.years)
    name, names = strategy_names(assets, inputs.model, options)
    code: dict[str, int] = {}
    now = np.array([code.setdefault(within(str(text), years), len(code)) for text in names])
    # No candidate has code −1: an earlier strategy that is none of the candidates differs from all of them.
    codes = {text: code.get(within(text, years), -1) for text in inputs.earlier.strategy.unique()}
    was = inputs.earlier.strategy.map(codes).reindex(assets["asset_id"]).to_numpy(dtype=float)
    known = ~np.isnan(was)
    return known[options.asset] & (was[options.asset] != now[name])
