"""What the programme saves year by year, its cost apart, and after how many years it has paid for itself.

Amounts are not discounted, in prices of the plan's first year. A benefit of a year is what poor condition costs less
than under do-nothing and, after the plan years, the works that need not be done: see docs/method.md, section Payback.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from assetplan._types import Floats, Ints
from assetplan.consequences import WORKS
from assetplan.finance import Statement, real
from assetplan.finance.rounding import in_steps, printed
from assetplan.finance.statement import declared, named
from assetplan.outcome.outcome import Outcome
from assetplan.programme.summary import BenefitYearRow, PaybackRow
from assetplan.strategies import Traffic, saved_after_plan
from assetplan.words import financial_year

YEARS = 30
"""Years from the plan's first for which costs and benefits are followed."""
TOTAL = "total"


@dataclass(frozen=True, eq=False)
class Savings:
    """What some works cost and save in each year, arrays (n, n_years) [£, prices of the first year, not discounted].

    Attributes
    ----------
    cost : array; one-off cost of the works, sites and mobilisation in it
    burdens, works : array; what condition costs less than under do-nothing; works avoided after the plan years
    """

    cost: Floats
    burdens: Floats
    works: Floats

    @property
    def benefit(self) -> Floats:
        """Saved in each year."""
        return self.burdens + self.works

    @cached_property
    def years(self) -> Floats:
        """Years (n,) to payback, missing where there is none within the years followed."""
        return payback_years(self.cost, self.benefit)

    def summed(self, of: Ints, count: int, share: Floats | None = None, rows: Ints | None = None) -> Savings:
        """The same of groups of works (count, n_years).

        Parameters
        ----------
        of : array (k,) of int; group of each works item
        count : int; how many groups there are
        share : array (k,), optional; share of a row that counts for each item; by default all
        rows : array (k,) of int, optional; row of each item; by default its own place
        """
        from scipy.sparse import csr_array

        place = np.arange(len(of)) if rows is None else rows
        weight = np.ones(len(of)) if share is None else share
        matrix = csr_array((weight, (of, place)), shape=(count, len(self.cost)))
        return Savings(matrix @ self.cost, matrix @ self.burdens, matrix @ self.works)

    def joined(self, other: Savings) -> Savings:
        """These and those of others."""
        parts = zip((self.cost, self.burdens, self.works), (other.cost, other.burdens, other.works), strict=True)
        return Savings(*(np.concatenate(both) for both in parts))


def payback_years(cost: Floats, benefit: Floats) -> Floats:
    """Years from the start of the first year with a cost to the end of that in which all cost has been saved.

    Parameters
    ----------
    cost, benefit : array (n, n_years); one-off cost, and what is saved, in each year [£, not discounted]

    Returns
    -------
    array (n,)
        Whole years; missing where the benefit of all years together does not reach the cost, or there is no cost.
    """
    reached = benefit.cumsum(axis=1) >= cost.sum(axis=1, keepdims=True)
    last = np.where(reached.any(axis=1), reached.argmax(axis=1), -1)
    first = (cost > 0).argmax(axis=1)
    known = (cost > 0).any(axis=1) & (last >= first)
    return np.where(known, last - first + 1.0, np.nan)


@dataclass(frozen=True, eq=False)
class Payback:
    """What a programme costs and saves year by year: by line, the total last, and by scheme and line.

    Attributes
    ----------
    outcome : Outcome; the solved plan
    keys : DataFrame; columns scheme_id, line, name: one row a scheme and line
    by_line, by_scheme : Savings; (n_lines + 1, n_years) and (n_keys, n_years)
    """

    outcome: Outcome
    keys: pd.DataFrame
    by_line: Savings
    by_scheme: Savings

    @property
    def years(self) -> list[int]:
        """Financial years followed, each by the calendar year in which it begins."""
        return [self.outcome.inputs.plan.first_year + k for k in range(self.by_line.cost.shape[1])]

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Each line of the envelope and its label, the total last."""
        inputs = self.outcome.inputs
        return [(line, inputs.tables.labels[line]) for line in inputs.limits.lines] + [(TOTAL, "All lines")]

    def rows(self) -> tuple[PaybackRow, ...]:
        """Payback of each line and of the plan, for a summary."""
        of = self.by_line
        planned = self.outcome.inputs.plan.years
        return tuple(
            PaybackRow(
                line=line,
                label=label,
                cost=round(float(of.cost[k].sum()), 2),
                in_plan=round(float(of.benefit[k, :planned].sum()), 2),
                benefit=round(float(of.benefit[k].sum()), 2),
                within=len(self.years),
                years=None if np.isnan(of.years[k]) else int(of.years[k]),
                year=_ends(of, k, self.years),
            )
            for k, (line, label) in enumerate(self.lines)
        )

    def by_year(self) -> tuple[BenefitYearRow, ...]:
        """What the whole plan costs and saves in each year, for a summary."""
        cost, burdens, works = (part[-1] for part in (self.by_line.cost, self.by_line.burdens, self.by_line.works))
        run = self.by_line.benefit[-1].cumsum()
        return tuple(
            BenefitYearRow(year=year, **{name: round(float(amounts[k]), 2) for name, amounts in parts.items()})  # type: ignore[typeddict-item]
            for parts in [{"cost": cost, "burdens": burdens, "works": works, "cumulative": run}]
            for k, year in enumerate(self.years)
        )

    def statements(self) -> tuple[Statement, ...]:
        """Payback by line, benefit by line and year, and both by scheme."""
        return self._payback(), self._by_year(), self._schemes()

    def _payback(self) -> Statement:
        plan, of, planned = self.outcome.inputs.plan, self.by_line, self.outcome.inputs.plan.years
        unit = plan.envelope.unit
        rows = pd.DataFrame(self.lines, columns=["line", "label"])
        for name, amounts in (
            ("one_off_cost", of.cost),
            ("benefit_in_plan", of.benefit[:, :planned]),
            ("benefit_followed", of.benefit),
        ):
            rows[name] = printed(in_steps(amounts.sum(axis=1), unit), unit)
        rows["payback_years"] = of.years
        rows["payback"] = self._words(of)
        note = (
            f"Not discounted, over {len(self.years)} years from {financial_year(plan.first_year)}, against do-nothing: "
            "what poor condition costs less and, after the plan years, works of the follow-on policy that need not be "
            "done. No budget holds that policy, so what do-nothing leaves waiting falls to the year after the plan. "
            "Payback is from the start of the first year of works to the end of the year in which what is saved first "
            "reaches their cost; later renewals of what was treated are works that are not avoided, and lower it again."
        )
        return declared("payback").table(rows, real(plan.first_year), note, unit)

    def _by_year(self) -> Statement:
        plan, of, n = self.outcome.inputs.plan, self.by_line, len(self.years)
        unit = plan.envelope.unit
        rows = pd.DataFrame([pair for pair in self.lines for _ in range(n)], columns=["line", "label"])
        rows["year"] = [financial_year(year) for year in self.years] * len(self.lines)
        steps = {
            name: in_steps(part, unit)
            for name, part in (("one_off_cost", of.cost), ("burdens_saved", of.burdens), ("works_avoided", of.works))
        }
        benefit = steps["burdens_saved"] + steps["works_avoided"]
        steps |= {"benefit": benefit, "cumulative": benefit.cumsum(axis=1)}
        for name, amounts in steps.items():
            rows[name] = printed(amounts.ravel(), unit)
        note = "Not discounted. Benefit and its cumulative sum are of what is printed; the one-off cost is in neither."
        return declared("benefit_by_year").table(rows, real(plan.first_year), note, unit)

    def _schemes(self) -> Statement:
        plan, of = self.outcome.inputs.plan, self.by_scheme
        rows, years = self.keys.copy(), self.years[: plan.years]
        rows["one_off_cost"] = of.cost.sum(axis=1).round()
        for k, year in enumerate(years):
            rows[financial_year(year)] = of.benefit[:, k].round()
        rows["benefit_in_plan"] = of.benefit[:, : len(years)].sum(axis=1).round()
        rows["benefit_followed"] = of.benefit.sum(axis=1).round()
        rows["payback_years"] = of.years
        rows["payback"] = self._words(of)
        note = "Years hold the benefit of each, not discounted. Each figure is rounded to the pound by itself."
        own = named(financial_year(year) for year in years)
        return declared("benefit_by_scheme").table(rows, real(plan.first_year), note, own=own)

    def _words(self, of: Savings) -> list[str]:
        """When each has paid for itself."""
        ends = [_ends(of, k, self.years) for k in range(len(of.years))]
        there = of.cost.sum(axis=1) > 0
        late = f"not within {len(self.years)} years"
        return [
            f"in {financial_year(end)}" if end is not None else late * bool(some)
            for end, some in zip(ends, there, strict=True)
        ]


def _ends(of: Savings, row: int, years: list[int]) -> int | None:
    """Year in which a row has paid for itself, None if in none."""
    if np.isnan(of.years[row]):
        return None
    return years[int((of.cost[row] > 0).argmax() + of.years[row]) - 1]


def payback(outcome: Outcome, works: pd.DataFrame, traffic: Traffic | None) -> Payback:
    """What a programme costs and saves year by year.

    An asset's savings go to its works by share of their cost, as its benefit does.

    Parameters
    ----------
    outcome : Outcome; a solved plan
    works : DataFrame; its works items, from `programme_tables`
    traffic : Traffic or None; as the plan's candidates were made with
    """
    assets, planned = outcome.inputs.register.assets, outcome.inputs.plan.years
    schedule, model = outcome.schedule, outcome.inputs.model
    later = saved_after_plan(assets, outcome.starting, schedule, model, traffic, max(YEARS - planned, 0))
    saved = [outcome.nothing.yearly[name] - outcome.plan.yearly[name] for name in outcome.plan.yearly if name != WORKS]
    burdens = np.concatenate([sum(saved, np.zeros(schedule.shape)), later[1]], axis=1)
    avoided = np.concatenate([np.zeros(schedule.shape), later[0]], axis=1)
    asset: Ints = pd.Index(assets["asset_id"]).get_indexer(pd.Index(works["asset_id"]))
    cost, place = works["cost"].to_numpy(dtype=float), works["year"].to_numpy(dtype=int) - model.first_year
    total = np.bincount(asset, cost, len(assets))[asset]
    share = np.divide(cost, total, out=np.zeros_like(cost), where=total > 0)
    spent = np.zeros((len(works), burdens.shape[1]))
    spent[np.arange(len(works)), place] = cost
    keys = pd.DataFrame(works[["scheme_id", "line", "name"]])
    grouped = keys.groupby(["scheme_id", "line"], sort=False)
    of: Ints = np.asarray(grouped.ngroup(), dtype=np.intp)
    first = grouped.first().reset_index()
    saved_by = Savings(np.zeros_like(burdens), burdens, avoided).summed(of, len(first), share, asset)
    by_scheme = Savings(Savings(spent, spent, spent).summed(of, len(first)).cost, saved_by.burdens, saved_by.works)
    lines = list(outcome.inputs.limits.lines)
    line: Ints = np.array([lines.index(name) for name in first["line"]], dtype=np.intp)
    by_line = by_scheme.summed(line, len(lines))
    all_lines: Ints = np.zeros(len(lines), dtype=np.intp)
    whole = by_line.summed(all_lines, 1)
    return Payback(outcome, first, by_line.joined(whole), by_scheme)
