"""What an option of a business case comes to on each line: works, their cost, and each cost stream it avoids."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assetplan._types import Floats, Ints, Texts
from assetplan.formulation.works import Works
from assetplan.outcome.outcome import Outcome
from assetplan.statements.options import Option
from assetplan.strategies import Traffic, Trajectory, simulate

LATER = "later works"


@dataclass(frozen=True, eq=False)
class OptionFigures:
    """What an option comes to on each line, arrays (n_lines,).

    Attributes
    ----------
    works : array of int; works items
    cost, present : array; works in the plan years, sites and mobilisation included, and their present value [£]
    avoided : dict of str → array
        Present value of each stream under do-nothing less under the option, of the assets treated on the line [£]; the
        last is `LATER`: works after the plan years, less what is left of value at the horizon.
    streams : dict of str → float; present value of each of these streams, of all assets together [£]
    poor : array; share of the line's stock in poor condition, as its class counts it, at the end; NaN where it has none
    """

    works: Ints
    cost: Floats
    present: Floats
    avoided: dict[str, Floats]
    streams: dict[str, float]
    poor: Floats


def figures(outcome: Outcome, options: tuple[Option, ...], traffic: Traffic | None) -> tuple[OptionFigures, ...]:
    """What each option comes to on each line; the first is what all are compared with.

    Parameters
    ----------
    outcome : Outcome; a solved plan
    options : tuple of Option; from `options_of`
    traffic : Traffic or None; as the plan's candidates were made with
    """
    spent = [_spent(outcome, option) for option in options]
    futures = [_future(outcome, option, traffic) for option in options]
    stock = _stock(outcome)
    before, nothing = spent[0], futures[0][0]
    out = []
    for mine, (future, poorly) in zip(spent, futures, strict=True):
        number, cost, present = (part.sum(axis=0) for part in (mine.number, mine.cost, mine.present))
        share = _shares(mine, before)
        avoided = {name: share.T @ (nothing[name] - value) for name, value in future.items()}
        streams = {name: float(value.sum()) for name, value in future.items()}
        # All works are saved by share of cost; what is spent in the plan years is known by line.
        avoided[LATER] += present - before.present.sum(axis=0)
        streams[LATER] -= float(present.sum())
        poor = np.array([each @ poorly / each.sum() if each.any() else np.nan for each in stock])
        out.append(OptionFigures(number, cost, present, avoided, streams, poor))
    return tuple(out)


@dataclass(frozen=True, eq=False)
class _Spent:
    """Works items, their cost and its present value (£) by asset and line, arrays (n_assets, n_lines)."""

    number: Ints
    cost: Floats
    present: Floats


def _spent(outcome: Outcome, option: Option) -> _Spent:
    inputs, lines = outcome.inputs, outcome.inputs.limits.lines
    works = Works.of(inputs.register.assets, inputs.model, option.candidates.take(option.chosen))
    line = works.treatments["line"].map({name: k for k, name in enumerate(lines)}).to_numpy(dtype=np.intp)
    shape = (len(works.assets), len(lines))
    place = works.asset * shape[1] + line[works.treatment]

    def added(amount: Floats | None) -> NDArray:
        return np.bincount(place, amount, shape[0] * shape[1]).reshape(shape)

    present = works.cost * inputs.model.rules.discount[works.year]
    return _Spent(added(None), added(works.cost), added(present))


def _future(outcome: Outcome, option: Option, traffic: Traffic | None) -> tuple[dict[str, Floats], Floats]:
    """What becomes of the assets under an option; simulated only where neither of the plan's two futures has it.

    Present value of each stream (£), `LATER` holding works of all years with their sites, and the share in poor or very
    poor condition at the end of the plan, arrays (n_assets,).
    """
    schedule, inputs = option.schedule, outcome.inputs
    scale = inputs.tables.classes.bands_of(inputs.register.assets)
    planned = (schedule == outcome.schedule).all(axis=1)
    if (planned | (schedule < 0).all(axis=1)).all():
        plan, nothing = (_parts(each, scale) for each in (outcome.plan, outcome.nothing))
        parts = {name: np.where(planned, plan[name], nothing[name]) for name in plan}
    else:
        parts = _parts(simulate(inputs.register.assets, outcome.starting, schedule, inputs.model, traffic), scale)
    poor, works = parts.pop("poor"), parts.pop("works")
    return parts | {LATER: works + option.candidates.beside[option.chosen]}, poor


def _parts(trajectory: Trajectory, scale: Texts) -> dict[str, Floats]:
    """Streams of each asset, and `poor`."""
    return trajectory.streams | {"poor": trajectory.poor(scale, -1)}


def _shares(mine: _Spent, before: _Spent) -> Floats:
    """Share of each line in what an asset's strategy saves, (n_assets, n_lines): of its cost.

    By number of works where these cost nothing, and by those of do-nothing where there are none.
    """
    weight = mine.cost
    for other in (mine.number, before.number):
        weight = np.where(weight.sum(axis=1, keepdims=True) > 0, weight, other)
    total = weight.sum(axis=1, keepdims=True)
    return np.divide(weight, total, out=np.zeros(weight.shape), where=total > 0)


def _stock(outcome: Outcome) -> list[Floats]:
    """Stock by asset (n_assets,) that each line may treat, zero elsewhere: in the unit of its class.

    A line of several classes is counted by replacement value.
    """
    assets, catalogue = outcome.inputs.register.assets, outcome.inputs.model.catalogue.treatments
    out = []
    for line in outcome.inputs.limits.lines:
        groups = [name for name, treatments in catalogue.items() if line in {t.line for t in treatments}]
        mine = assets["group"].isin(groups).to_numpy(dtype=bool)
        classes = assets.loc[mine, "asset_class"].unique()
        stock = assets["replacement_value"].fillna(0.0).to_numpy(dtype=float)
        if len(classes) == 1:
            stock = outcome.inputs.tables.classes.stock_of(assets, str(classes[0]))[1]
        out.append(np.where(mine, stock, 0.0))
    return out
