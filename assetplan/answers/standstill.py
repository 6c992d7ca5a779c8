"""Stand-still money: the least that holds today's condition, by line and year, beside the envelope.

It is the plan's own strategies chosen anew for least cost, with today's condition of every class as a target of each
year and no other limit: the plan's rules, schemes and sites stay, its money and its own targets go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from assetplan._types import Bools, Floats, Ints
from assetplan.asset_classes import AssetClass
from assetplan.config import Plan, Target
from assetplan.finance import CASH, Statement, price_of_years, real
from assetplan.finance.rounding import in_steps, printed
from assetplan.finance.statement import declared, named
from assetplan.formulation import Formulation
from assetplan.formulation.constraints import compose
from assetplan.formulation.targets import held
from assetplan.formulation.works import Works
from assetplan.inputs.load import Inputs
from assetplan.optimisation.problem import Problem, Solution
from assetplan.optimisation.solving import solve
from assetplan.reference import load_table
from assetplan.strategies import Candidates, Starting, chance_in_band
from assetplan.words import and_list, capitalised, financial_year, pounds

POOR, INDEX = MEASURES = ("poor", "index")
# Below it lie the bands poor and very poor. A class that is shown in bands of its own counts those of its bands.
_POOR = float(load_table("bands").query("scale == 'index' and poor == 'no'")["low"].min())
_SAME = 1e-9  # shares and index points that are one
# What the dearest works weigh beside all of a class: of strategies that count alike the cheapest is taken.
_CHEAP = 1e-12
_MONEY, _ENVELOPE, _TOTAL = "stand-still", "envelope", "total"


@dataclass(frozen=True)
class Aim:
    """What stand-still money is to do.

    Attributes
    ----------
    measure : str
        What is held of every class: `POOR`, the share of its stock in poor or very poor condition, or `INDEX`, its
        average index.
    clear_by : int or None; year by whose end nothing is to be poor, as far as treatments reach
    below : float or None; condition index below which stock counts as poor; None for the bands poor and very poor
    """

    measure: str
    clear_by: int | None = None
    below: float | None = None

    @property
    def poor(self) -> str:
        """What counts as poor, in words."""
        return "poor or very poor" if self.below is None else f"below an index of {self.below:g}"

    @property
    def what(self) -> str:
        """What is held, in words."""
        if self.measure == INDEX:
            return "average condition index"
        return f"share of stock {'in poor or very poor condition' if self.below is None else self.poor}"

    def counted(self, index: Floats) -> Floats:
        """What a unit of stock counts at an index, any shape; less is better."""
        if self.measure == INDEX:
            return -index
        return (index < (self.below or _POOR)).astype(float)


@dataclass(frozen=True, eq=False)
class _Class:
    """A class that treatments are funded for.

    What it counts today, and the most that it may count at the end of each year (n_years,), are of a unit of its stock
    (n_assets,), zero for all other assets. `short` says whether even all works miss what was wanted in some year.
    """

    row: AssetClass
    stock: Floats
    today: float
    most: Floats
    short: bool

    def share(self, counted: Floats) -> Floats:
        """What it counts if each asset counts so much, (n_assets, …)."""
        out: Floats = self.stock @ counted / self.stock.sum()
        return out


def standstill(
    inputs: Inputs, starting: Starting, formulation: Formulation, aim: Aim, gap: float, seconds: float
) -> tuple[Statement, ...]:
    """The least money that holds today's condition, and the condition that it brings.

    Parameters
    ----------
    inputs, starting, formulation : Inputs, Starting, Formulation; the plan, its condition today, and it as a problem
    aim : Aim; what is held, and whether a backlog is cleared
    gap, seconds : float; gap [share] and time [s] at which the search ends

    Returns
    -------
    tuple of Statement
        "standstill", stand-still money and the envelope by line and year, and "standstill_condition", condition by
        class today and at the end of each year.
    """
    options = formulation.options
    classes = list(_classes(inputs, starting, formulation, aim))
    solution = solve(_problem(inputs, formulation, classes, aim), gap, seconds)
    return _money(inputs, options, solution, aim), _condition(inputs, options, solution.chosen, classes, aim)


def _classes(inputs: Inputs, starting: Starting, formulation: Formulation, aim: Aim) -> Iterator[_Class]:
    """Every class that some strategy treats, and what can be held of it: what it is today, or as near as works come."""
    assets, options = inputs.register.assets, formulation.options
    treats: Bools = np.any(options.schedule >= 0, axis=1)
    before, stocks = _today(inputs, options, starting, aim), {}
    for row in inputs.tables.classes.of(assets["asset_class"]):
        members = (assets["asset_class"] == row.asset_class).to_numpy(dtype=bool)
        stock = np.where(members, inputs.tables.classes.stock_of(assets, row.asset_class)[1], 0.0)
        if stock.any() and treats[members[options.asset]].any():
            stocks[row] = stock
    share = sum((stock / stock.sum() for stock in stocks.values()), np.zeros(len(assets)))
    fewest = _fewest(inputs, formulation, aim, share)
    for row, stock in stocks.items():
        today = float(stock @ before / stock.sum())
        reached = stock @ _counts(inputs, options, fewest, aim) / stock.sum()
        wanted = np.full(inputs.plan.years, today)
        if aim.clear_by is not None:
            wanted[aim.clear_by - inputs.plan.first_year :] = 0.0
        short = bool((reached > wanted + _SAME).any())
        yield _Class(row, stock, today, np.maximum(wanted, reached), short)


def _fewest(inputs: Inputs, formulation: Formulation, aim: Aim, share: Floats) -> Ints:
    """Strategy of each asset where all together count least over the years that matter, the cheapest of them.

    Sections of a scheme choose together, so what works reach is less than each by itself would.

    Parameters
    ----------
    inputs, formulation, aim : Inputs, Formulation, Aim
    share : array (n_assets,); part of each asset in the stock of its class [0 to 1]
    """
    plan, options = inputs.plan, formulation.options
    first = 0 if aim.clear_by is None else aim.clear_by - plan.first_year
    every = np.arange(len(options.asset))
    counts = _counts(inputs, options, every, aim)[:, first:].sum(axis=1) * share[options.asset]
    cost = options.cost.sum(axis=1)
    chosen: Ints = formulation.problem.choices.best(-counts - _CHEAP * cost / max(float(cost.max()), 1.0))[1]
    return chosen


def _counts(inputs: Inputs, options: Candidates, rows: Ints, aim: Aim) -> Floats:
    """What a unit of stock counts under some strategies at the end of each year, (n, years)."""
    # Index as it is stored.
    counted = aim.counted(options.index[rows].astype(float).round(2))
    for band, mine in _banded(inputs, options.asset[rows], aim):
        for year in range(counted.shape[1]):
            assets, model = inputs.register.assets, inputs.model
            counted[mine, year] = chance_in_band(assets, model, options, rows[mine], year, band)
    return counted


def _today(inputs: Inputs, options: Candidates, starting: Starting, aim: Aim) -> Floats:
    """What a unit of stock of each asset counts at the end of the base year, (n_assets,)."""
    counted = aim.counted(starting.index.round(2))
    for band, mine in _banded(inputs, np.arange(len(counted)), aim):
        assets, model = inputs.register.assets, inputs.model
        counted[mine] = chance_in_band(assets, model, options, options.starts[:-1][mine], -1, band)
    return counted


def _banded(inputs: Inputs, asset: Ints, aim: Aim) -> Iterator[tuple[str, Ints]]:
    """First poor band of each scale but that of the index, and the places of assets that are shown in it."""
    if aim.measure == INDEX or aim.below is not None:
        return
    scale = inputs.tables.classes.bands_of(inputs.register.assets)[asset]
    for name in sorted(set(scale) - {"index"}):
        yield _poor_bands(name)[0], np.flatnonzero(scale == name)


def _poor_bands(scale: str) -> list[str]:
    """Bands of a scale that count as poor condition, the best first."""
    table = load_table("bands")
    return table.loc[(table["scale"] == scale) & (table["poor"] == "yes"), "band"].tolist()


def _problem(inputs: Inputs, formulation: Formulation, classes: list[_Class], aim: Aim) -> Problem:
    """The plan's strategies, chosen for the least present value of works that holds every class in every year."""
    plan, options, own = inputs.plan, formulation.options, formulation.problem
    targets = [
        Target(asset_class=each.row.asset_class, year=year, **_bound(aim, each.row.bands, float(most)))
        for each in classes
        for year, most in zip(plan.plan_years, each.most, strict=True)
    ]
    least = -(options.cost @ inputs.model.rules.works_discount)
    ids = inputs.register.assets["asset_id"].to_numpy(dtype=object)
    return compose([held(inputs, options, targets)], least, options.starts, ids, own.group, own.mode)[0]


def _bound(aim: Aim, scale: str, most: float) -> dict:
    if aim.measure == INDEX:
        return {"at_least": max(-most, 0.0)}
    if aim.below is None and scale != "index":
        return {"band": _poor_bands(scale)[0], "at_most": min(most, 1.0)}
    return {"below": aim.below or _POOR, "at_most": min(most, 1.0)}


def _money(inputs: Inputs, options: Candidates, solution: Solution, aim: Aim) -> Statement:
    """Stand-still money beside the envelope, by line and year, in the envelope's money and unit."""
    plan, labels = inputs.plan, inputs.tables.labels
    unit, years = plan.envelope.unit, [financial_year(year) for year in plan.plan_years]
    lines = list(plan.envelope.lines)
    works = Works.of(inputs.register.assets, inputs.model, options.take(solution.chosen))
    line = works.treatments["line"].map({name: k for k, name in enumerate(lines)}).to_numpy(dtype=np.intp)
    place = line[works.treatment] * plan.years + works.year
    chosen = np.bincount(place, works.cost, len(lines) * plan.years).reshape(-1, plan.years)
    needed = (chosen + _mandatory(inputs)) * price_of_years(plan)
    allowed = np.array(list(plan.envelope.lines.values())) * plan.envelope.pounds
    sums = {_MONEY: in_steps(needed, unit), _ENVELOPE: in_steps(allowed, unit)}
    rows = [
        {"line": name, "label": label, "money": money, **dict(zip(years, amounts.tolist(), strict=True))}
        for k, (name, label) in enumerate([*((name, labels[name]) for name in lines), (_TOTAL, "All lines")])
        for money, steps in sums.items()
        for amounts in [steps[k] if k < len(lines) else steps.sum(axis=0)]
    ]
    table = pd.DataFrame(rows)
    table[_TOTAL] = table[years].sum(axis=1)
    table[[*years, _TOTAL]] = printed(table[[*years, _TOTAL]].to_numpy(), unit)
    prices = CASH if plan.envelope.prices == "cash" else real(plan.first_year)
    note = _note(plan, solution, aim)
    if len(inputs.mandatory):
        note += f" With them go {pounds(float(inputs.mandatory['cost'].sum()), 4)} of mandatory works."
    return declared("standstill").table(table, prices, note, unit, named(years))


def _mandatory(inputs: Inputs) -> Floats:
    """Works that are paid whatever is held, by line of the envelope and year, (n_lines, n_years) [£]."""
    plan, paid = inputs.plan, inputs.mandatory
    wide = paid.pivot_table(index="line", columns="year", values="cost", aggfunc="sum", fill_value=0.0)
    wide = wide.reindex(index=list(plan.envelope.lines), columns=list(plan.plan_years), fill_value=0.0)
    return wide.to_numpy(dtype=np.float64)


def _note(plan: Plan, solution: Solution, aim: Aim) -> str:
    bound = (
        f"Works of {pounds(-solution.benefit, 4)} in present value; none that do this cost less than "
        f"{pounds(-solution.bound, 4)}."
    )
    cleared = ""
    if aim.clear_by is not None:
        year = financial_year(aim.clear_by)
        cleared = f" By the end of {year} nothing is {aim.poor} that treatments reach, and so it stays."
    own = " Every asset has a site of its own: shared ones would cost less." if plan.sites.costs == "shared" else ""
    return (
        f"The least works that hold the {aim.what} of every class, at the end of every year, no worse than "
        f"today's.{cleared} {bound} No limit of the plan's own holds here, so a year's amount may be uneven, and what "
        f"is cheap now may be dear after the plan years.{own}"
    )


def _condition(inputs: Inputs, options: Candidates, chosen: Ints, classes: list[_Class], aim: Aim) -> Statement:
    """Condition of each class today, at the end of each year, and what of it no treatment reaches."""
    years = [financial_year(year) for year in inputs.plan.plan_years]
    sign, digits = (-1.0, 2) if aim.measure == INDEX else (1.0, 4)
    counted = _counts(inputs, options, chosen, aim)
    rows = [
        {
            "asset_class": each.row.asset_class,
            "label": each.row.plural,
            "today": round(sign * each.today, digits),
            **dict(zip(years, (sign * each.share(counted)).round(digits).tolist(), strict=True)),
        }
        for each in classes
    ]
    short = [each.row.plural for each in classes if each.short]
    note = f"Each figure is the {aim.what}, at the end of the year."
    if aim.measure == POOR and aim.below is None:
        for each in (each.row for each in classes if each.row.bands != "index"):
            note += f" {capitalised(each.plural)} are poor in {and_list(_poor_bands(each.bands))}, by their chances."
    if short:
        note += f" Even all works that may be done leave {and_list(short)} short of that in some year."
    return declared("standstill_condition").table(pd.DataFrame(rows), "", note, own=named(years))
