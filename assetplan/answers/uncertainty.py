"""A plan whose future is not known: what may become of it, which works stand whatever comes, what knowing is worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from assetplan._types import Floats, Ints
from assetplan.answers.drawn import DrawnFutures
from assetplan.answers.knowledge import Search, Worths, evened, programme_worth, worst_mean, worth_by_group
from assetplan.answers.many_futures import ManyFutures, Valuation, class_stocks, lived
from assetplan.answers.replanning import Replanning, replanning_of
from assetplan.display import Shown
from assetplan.formulation import Formulation
from assetplan.formulation.works import Works
from assetplan.inputs.load import Inputs
from assetplan.optimisation.problem import Solution
from assetplan.strategies import Starting, Traffic

PLANNED, AVERAGE, AVERSE = "as planned", "best on average", "safe in bad futures"
TAIL = 0.25
"""Share of the futures that count as the worst."""
_PENNY = 0.005
_LOW, _HIGH = 0.1, 0.9  # shares of the futures below the ends of a range


@dataclass(frozen=True, eq=False, repr=False)
class Uncertainty(Shown):
    """A plan under many futures. Every mean has its standard error, `_se`; ranges hold eight in ten futures.

    Attributes
    ----------
    futures : DataFrame
        One row a future: future (from 1), hard_winters, prices (of works in the last year, as a share of those
        expected), benefit (of the plan, in the unit of what it seeks), cost (£, at its prices), over (£ beyond the
        money of lines and years), targets_met.
    programmes : DataFrame
        The plan, the programme that is best on average, and the one that is safe in bad futures: name, benefit,
        benefit_se, low, high, worst (mean of the worst quarter of the futures), cost (£, at expected prices), gap.
    targets : DataFrame; name, asset_class, year, at_most, at_least, mean, low, high, met and met_se (chance)
    money : DataFrame
        line, year, money (£, where no grant fails), cost (£, as planned), nine_in_ten (£ that is enough in nine futures
        of ten), within and within_se (chance that the money of the future is enough).
    condition : DataFrame
        asset_class, year, index, index_se, index_low, index_high (average over the stock), poor, poor_low, poor_high
        (share of the stock in bands that count as poor condition).
    works : DataFrame
        One row a works item of the plan or of the best programme of some future: asset_id, asset_class, name,
        treatment, year, planned, share (of those programmes that have it), treated (share of them that treat the asset
        at all).
    knowledge : DataFrame
        measure ("perfect information" or "best on average"), value and value_se (in the unit of what the plan seeks),
        more (by which the value may be greater, as far as the searches proved).
    groups : DataFrame
        What knowing one group of assets alone would gain at most, those first whose survey brings most for its cost:
        group, label, asset_class, assets, stock, unit, value, value_se, survey (£, its cost) and ratio (of the value to
        it), missing where the plan states no price of it.
    replanning : DataFrame
        The plan held, and made anew every year as condition is observed, in some futures as chance has them: future,
        changed (assets whose strategy changes), measure ("benefit" in £; "index" and "poor" of a class at the end of
        the plan), asset_class, held, anew.
    unit : str; of what the plan seeks
    """

    futures: pd.DataFrame
    programmes: pd.DataFrame
    targets: pd.DataFrame
    money: pd.DataFrame
    condition: pd.DataFrame
    works: pd.DataFrame
    knowledge: pd.DataFrame
    groups: pd.DataFrame
    replanning: pd.DataFrame
    unit: str

    @property
    def core(self) -> pd.DataFrame:
        """Works of the plan that the best programme of every future has."""
        return self.works[self.works["planned"] & (self.works["share"] == 1)]

    @property
    def droppable(self) -> pd.DataFrame:
        """Works of the plan whose asset the best programme of no future treats."""
        return self.works[self.works["planned"] & (self.works["treated"] == 0)]


@dataclass(frozen=True)
class Effort:
    """How much is worked out.

    Attributes
    ----------
    solved, replanned : int; for how many of the first futures the plan is solved, and followed as it is made anew
    gap, seconds : float; gap [share] and time [s] at which each of these searches ends
    """

    solved: int
    replanned: int
    gap: float
    seconds: float


def uncertainty_of(
    futures: DrawnFutures,
    starting: Starting,
    traffic: Traffic,
    formulation: Formulation,
    solution: Solution,
    effort: Effort,
) -> Uncertainty:
    """A plan under many futures.

    Parameters
    ----------
    futures, starting, traffic : DrawnFutures, Starting, Traffic; what may come, condition at the start, traffic ahead
    formulation, solution : Formulation, Solution; the plan as a problem, and its programme
    effort : Effort
    """
    inputs, problem = futures.inputs, formulation.problem
    valuation = Valuation.of(futures, traffic)
    worths = Worths.of(futures, valuation, formulation, effort.solved)
    search = Search(problem, effort.gap, effort.seconds)
    replanning = Replanning(valuation, formulation, starting, effort.gap, effort.seconds)
    average = search.best(worths.mean, [solution])
    optima = [search.best(worth, [solution, average]) for worth in worths.first]
    evenly = evened(worths.others, worths.mean, _kinds(inputs, formulation))
    averse = search.averse(evenly, TAIL, average)
    programmes = {PLANNED: solution, AVERAGE: average, AVERSE: averse}
    worth = programme_worth(futures, valuation, formulation, list(programmes.values()))
    many = lived(futures, formulation, solution)
    return Uncertainty(
        futures=_futures(many, worth[:, 0]),
        programmes=pd.DataFrame(_programmes(formulation, programmes, worth)),
        targets=pd.DataFrame(_targets(inputs, many)),
        money=pd.DataFrame(_money(inputs.plan.first_year, formulation, many)),
        condition=pd.DataFrame(_condition(inputs, many)),
        works=_works(inputs, formulation, solution, optima),
        knowledge=pd.DataFrame(_knowledge(worth, optima)),
        groups=_groups(inputs, formulation, average, worths),
        replanning=pd.DataFrame(replanning_of(futures, replanning, solution, effort.replanned)),
        unit=inputs.plan.objective.sought.unit,
    )


def _kinds(inputs: Inputs, formulation: Formulation) -> Ints:
    """Group and first treatment of each option, as numbers (n_options,)."""
    options, group = formulation.options, pd.factorize(inputs.register.assets["group"])[0]
    first = options.schedule[np.arange(len(options.asset)), (options.schedule >= 0).argmax(axis=1)]
    return np.unique(np.stack([group[options.asset], first]), axis=1, return_inverse=True)[1].ravel()


def _mean(values: Floats) -> tuple[float, float]:
    """Mean of independent draws, and its standard error."""
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))


def _chance(happens: Any) -> tuple[float, float]:
    """Share of the futures in which something happens, and its standard error: none is certain from a few draws."""
    n, k = len(happens), int(np.sum(happens))
    about = (k + 1) / (n + 2)
    return k / n, float(np.sqrt(about * (1 - about) / n))


def _futures(many: ManyFutures, benefit: Floats) -> pd.DataFrame:
    over = np.maximum(many.spent - many.money, 0.0)
    return pd.DataFrame(
        {
            "future": np.arange(1, len(benefit) + 1),
            "hard_winters": many.winters,
            "prices": many.prices[:, -1].round(4),
            "benefit": benefit.round(2),
            "cost": many.spent.sum(axis=1).round(2),
            "over": over.sum(axis=1).round(2),
            "targets_met": many.met.sum(axis=1),
        }
    )


def _programmes(formulation: Formulation, programmes: dict[str, Solution], worth: Floats) -> Iterator[dict[str, Any]]:
    cost = formulation.options.cost.sum(axis=1)
    for (name, each), values in zip(programmes.items(), worth.T, strict=True):
        mean, error = _mean(values)
        low, high = np.quantile(values, [_LOW, _HIGH])
        yield {
            "name": name,
            "benefit": round(mean, 2),
            "benefit_se": round(error, 2),
            "low": round(float(low), 2),
            "high": round(float(high), 2),
            "worst": round(worst_mean(values, TAIL), 2),
            "cost": round(float(cost[each.chosen].sum()), 2),
            "gap": each.gap,
        }


def _targets(inputs: Inputs, many: ManyFutures) -> Iterator[dict[str, Any]]:
    for place, target in enumerate(inputs.plan.targets):
        met, error = _chance(many.met[:, place])
        low, high = np.quantile(many.targets[:, place], [_LOW, _HIGH])
        yield {
            "name": target.name,
            "asset_class": target.asset_class,
            "year": target.year,
            "at_most": target.at_most,
            "at_least": target.at_least,
            "mean": round(float(many.targets[:, place].mean()), 4),
            "low": round(float(low), 4),
            "high": round(float(high), 4),
            "met": round(met, 4),
            "met_se": round(error, 4),
        }


def _money(first_year: int, formulation: Formulation, many: ManyFutures) -> Iterator[dict[str, Any]]:
    keys = [row.key for row in formulation.rows if row.key.kind == "line"]
    enough = many.spent <= many.money + _PENNY
    planned = many.spent / many.prices[:, [key.year - first_year for key in keys]]
    for place, key in enumerate(keys):
        within, error = _chance(enough[:, place])
        yield {
            "line": key.line,
            "year": key.year,
            "money": round(float(many.money[:, place].max()), 2),
            "cost": round(float(planned[0, place]), 2),
            "nine_in_ten": round(float(np.quantile(many.spent[:, place], _HIGH)), 2),
            "within": round(within, 4),
            "within_se": round(error, 4),
        }


def _condition(inputs: Inputs, many: ManyFutures) -> Iterator[dict[str, Any]]:
    first = inputs.plan.first_year - 1
    for place, (asset_class, _) in enumerate(class_stocks(inputs)):
        for year in range(many.index.shape[2]):
            index, poor = many.index[:, place, year], many.poor[:, place, year]
            mean, error = _mean(index)
            low, high = np.quantile(index, [_LOW, _HIGH])
            poor_low, poor_high = np.quantile(poor, [_LOW, _HIGH])
            yield {
                "asset_class": asset_class,
                "year": first + year,
                "index": round(mean, 2),
                "index_se": round(error, 3),
                "index_low": round(float(low), 2),
                "index_high": round(float(high), 2),
                "poor": round(float(poor.mean()), 4),
                "poor_low": round(float(poor_low), 4),
                "poor_high": round(float(poor_high), 4),
            }


def _works(inputs: Inputs, formulation: Formulation, solution: Solution, optima: list[Solution]) -> pd.DataFrame:
    assets, options = inputs.register.assets, formulation.options
    works = Works.of(assets, inputs.model, options)
    keys = ["asset", "treatment", "year"]
    every = pd.DataFrame({"asset": works.asset, "treatment": works.treatment, "year": works.year})
    share = sum((np.isin(works.option, each.chosen) for each in optima), np.zeros(len(every))) / len(optima)
    every = every.assign(planned=np.isin(works.option, solution.chosen), share=share)
    # The same works may belong to several options, of which a programme has one.
    rows = every.groupby(keys, sort=True).agg(planned=("planned", "any"), share=("share", "sum")).reset_index()
    rows = rows[rows["planned"] | (rows["share"] > 0)]
    treated = np.mean([(options.schedule[each.chosen] >= 0).any(axis=1) for each in optima], axis=0)
    asset = rows["asset"].to_numpy()
    facts = assets[["asset_id", "asset_class", "name"]].iloc[asset].reset_index(drop=True)
    return facts.assign(
        treatment=works.treatments["treatment"].to_numpy(dtype=object)[rows["treatment"]],
        year=rows["year"].to_numpy() + inputs.plan.first_year,
        planned=rows["planned"].to_numpy(),
        share=rows["share"].to_numpy().round(4),
        treated=treated[asset].round(4),
    )


def _knowledge(worth: Floats, optima: list[Solution]) -> Iterator[dict[str, Any]]:
    best = np.array([each.benefit for each in optima])
    known, gained = best - worth[: len(best), 1], worth[:, 1] - worth[:, 0]
    more = float(np.mean([each.bound - each.benefit for each in optima]))
    for measure, values, left in (("perfect information", known, more), ("best on average", gained, 0.0)):
        mean, error = _mean(values)
        yield {"measure": measure, "value": round(mean, 2), "value_se": round(error, 2), "more": round(left, 2)}


def _groups(inputs: Inputs, formulation: Formulation, average: Solution, worths: Worths) -> pd.DataFrame:
    assets, model = inputs.register.assets, inputs.model
    codes, names = pd.factorize(assets["group"], sort=True)
    of_option: Ints = codes[formulation.options.asset]
    gained = worth_by_group(formulation.problem, average, worths, of_option, len(names))
    rows = []
    for code, name in enumerate(names):
        group, members = model.groups[str(name)], codes == code
        unit, stock = inputs.tables.classes.stock_of(assets, group.asset_class)
        mean, error = _mean(gained[:, code])
        owned, prices = float(stock[members].sum()), inputs.plan.uncertainty.surveys
        survey = owned * prices.get(str(name), prices.get(group.asset_class, np.nan))
        rows.append(
            {
                "group": name,
                "label": group.label,
                "asset_class": group.asset_class,
                "assets": int(members.sum()),
                "stock": round(owned, 3),
                "unit": unit,
                "value": round(mean, 2),
                "value_se": round(error, 2),
                "survey": round(survey, 2),
                "ratio": round(mean / survey, 2) if survey else np.nan,
            }
        )
    return pd.DataFrame(rows).sort_values(["ratio", "value"], ascending=False, ignore_index=True)
