"""Options and a programme under many futures: worth, condition, targets, and spend at each future's prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from assetplan import condition
from assetplan._types import Bools, Codes, Floats, Ints
from assetplan.answers.drawn import DrawnFuture, DrawnFutures
from assetplan.finance.envelope import in_first_year_prices
from assetplan.formulation import Formulation
from assetplan.formulation.objective import objective_of
from assetplan.formulation.targets import held
from assetplan.inputs.load import Inputs
from assetplan.inputs.selectors import assets_where
from assetplan.optimisation.problem import Solution
from assetplan.strategies import Candidates, GroupStock, Members, Traffic, by_group, members_of

_ROUNDING = 1e-9  # share of a limit by which a sum may pass it


@dataclass(frozen=True, eq=False)
class Valuation:
    """What strategies are worth in a future.

    Attributes
    ----------
    inputs : Inputs; the plan's
    stock, members : mapping of group → GroupStock, of group → Members; as of `Future.present_costs`
    """

    inputs: Inputs
    stock: Mapping[str, GroupStock]
    members: Mapping[str, Members]

    @classmethod
    def of(cls, futures: DrawnFutures, traffic: Traffic) -> Valuation:
        """Make ready to value.

        Parameters
        ----------
        futures, traffic : DrawnFutures, Traffic; what may come, and traffic ahead
        """
        model, assets = futures.inputs.model, futures.assets
        members = {
            name: members_of(assets, rows, model.catalogue.treatments[name], model, traffic)
            for name, rows in by_group(assets)
        }
        return cls(futures.inputs, futures.stock(), members)

    def objective(self, future: DrawnFuture, options: Candidates) -> Floats:
        """What the plan seeks of each option, by how a future decays, (n_options,).

        Works are done as they were chosen, at the prices of the plan, whatever condition they meet.
        """
        n, assets = len(options.asset), np.arange(len(options.nothing_index), dtype=np.intp)
        nothing = np.full((len(assets), options.schedule.shape[1]), -1, dtype=options.schedule.dtype)
        cost, index, apart = future.decay.present_costs(
            self.stock,
            self.members,
            np.concatenate([options.asset, assets]),
            np.concatenate([options.schedule, nothing]),
            future.roads,
        )
        whole = cost[:n] + options.beside
        benefit = cost[n:][options.asset] - whole
        drawn = replace(options, whole_life_cost=whole, benefit=benefit, index=index[:n], nothing_index=index[n:])
        # Present values of all years: they stand where that of what comes after the plan years does.
        apart = np.pad(apart[:, :, None], ((0, 0), (0, 0), (options.schedule.shape[1], 0)))
        return objective_of(self.inputs, replace(drawn, apart=apart[:n], nothing_apart=apart[n:]))[0]


@dataclass(frozen=True, eq=False)
class ManyFutures:
    """A programme under many futures, a row a future in every array.

    Attributes
    ----------
    winters : array (n,); hard winters
    prices : array (n, years); prices of works as a share of those expected
    spent : array (n, n_lines × years); spend on each line in each year [£]
    money : array (n, n_lines × years); what each then has [£]
    index, poor : array (n, n_classes, years + 1); average index, and share of the stock in poor condition
    targets : array (n, n_targets); share in poor condition, or average index, as each target counts it
    met : array (n, n_targets) of bool; whether each is met
    """

    winters: Ints
    prices: Floats
    spent: Floats
    money: Floats
    index: Floats
    poor: Floats
    targets: Floats
    met: Bools


def lived(futures: DrawnFutures, formulation: Formulation, solution: Solution) -> ManyFutures:
    """Follow a programme through every future.

    Parameters
    ----------
    futures : DrawnFutures; what may come
    formulation, solution : Formulation, Solution; the plan as a problem, and the programme
    """
    problem, options = formulation.problem, formulation.options.take(solution.chosen)
    lines = [place for place, row in enumerate(formulation.rows) if row.key.kind == "line"]
    years = [formulation.rows[place].key.year - futures.inputs.plan.first_year for place in lines]
    first = formulation.mandatory_use
    planned = (np.asarray(problem.usage[solution.chosen].sum(axis=0), dtype=float).ravel() + first)[lines]
    caps = (formulation.caps_with(solution.amounts) + first)[lines]
    rows = []
    for number in range(futures.count):
        future = futures.draw(number)
        lost = _lost(futures.inputs, formulation, lines, future.failed)
        winters, index = int((future.roads > 1).sum()), lived_index(future, options.schedule)
        of_class = by_class(futures.inputs, index)
        counted, met = _targets(futures.inputs, options, index)
        rows.append((winters, future.prices, planned * future.prices[years], caps - lost, *of_class, counted, met))
    return ManyFutures(*(np.array(column) for column in zip(*rows, strict=True)))


def _lost(inputs: Inputs, formulation: Formulation, lines: list[int], failed: tuple[bool, ...]) -> Floats:
    """Money that each line lacks in each year where grants fail [£]."""
    out, plan = np.zeros(len(lines)), inputs.plan
    for grant in (grant for grant, gone in zip(plan.uncertainty.grants, failed, strict=True) if gone):
        amounts = in_first_year_prices(plan, grant.amounts)
        for k, key in enumerate(formulation.rows[place].key for place in lines):
            year = key.year - plan.first_year
            if key.line == grant.line and year >= inputs.past:
                out[k] += amounts[year]
    return out


def lived_index(future: DrawnFuture, schedule: Codes) -> Floats:
    """Condition index at the end of the base year and of each plan year as chance has it (n_assets, years + 1)."""
    out = np.empty((len(schedule), schedule.shape[1] + 1))
    for rows, states in future.decay.live(schedule, future.roads):
        out[rows] = np.stack([state.index() for state in states], axis=1)
    return out.round(2)


def by_class(inputs: Inputs, index: Floats) -> tuple[Floats, Floats]:
    """Average index, and share of the stock in poor condition, of each class with a stock (n_classes, years + 1)."""
    stocks, classes = class_stocks(inputs), inputs.tables.classes
    scales = [classes[name].bands for name, _ in stocks]
    poor = {scale: condition.is_poor(scale, index) for scale in set(scales)}
    weights = np.array([stock / stock.sum() for _, stock in stocks])
    shares = [each @ poor[scale] for each, scale in zip(weights, scales, strict=True)]
    return weights @ index, np.array(shares).reshape(len(stocks), -1)


def class_stocks(inputs: Inputs) -> list[tuple[str, Floats]]:
    """Asset classes that have a stock, each with that of every asset (n_assets,)."""
    assets, classes = inputs.register.assets, inputs.tables.classes
    out = []
    for row in classes.of(assets["asset_class"]):
        mine = (assets["asset_class"] == row.asset_class).to_numpy(dtype=bool)
        stock = np.where(mine, classes.stock_of(assets, row.asset_class)[1], 0.0)
        if stock.any():
            out.append((str(row.asset_class), stock))
    return out


def _targets(inputs: Inputs, options: Candidates, index: Floats) -> tuple[Floats, Bools]:
    """What each target counts, as a share of its stock, and whether it is met (n_targets,)."""
    stated, assets, classes = inputs.plan.targets, inputs.register.assets, inputs.tables.classes
    # What chance brings is known: no asset is in several states.
    counted = held(inputs, replace(options, index=index[:, 1:].astype(np.float32), starting=None), stated)
    total = np.bincount(counted.entries.row, counted.entries.amount, len(stated))
    floors, caps = (np.array([getattr(row, side) for row in counted.rows]) for side in ("floor", "cap"))
    whole = [classes.stock_of(assets, each.asset_class)[1][assets_where(assets, each)].sum() for each in stated]
    met = (total >= floors * (1 - _ROUNDING)) & (total <= caps * (1 + _ROUNDING))
    return total / np.array(whole), np.asarray(met, dtype=bool)
