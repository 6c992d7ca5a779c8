"""What the statements are written from: the plan, its works and its flows of money, all in one kind of money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from assetplan._types import Floats
from assetplan.config import Plan, Source
from assetplan.finance import CASH, by_draw, by_year, money_of, price_of_years, real, reserve_left
from assetplan.finance.rounding import in_steps, printed
from assetplan.finance.statement import Column, Statement, StatementSpec
from assetplan.formulation.borrowing import confirmed_savings
from assetplan.formulation.confirmed_savings import savings_of_works
from assetplan.limits import FlowKey
from assetplan.outcome.outcome import Outcome
from assetplan.words import financial_year


@dataclass(frozen=True, eq=False)
class Ledger:
    """A solved plan as its statements see it.

    Attributes
    ----------
    outcome : Outcome; the solved plan
    works : DataFrame; table `works` of the programme, cost in prices of the first year (£)
    """

    outcome: Outcome
    works: pd.DataFrame

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.outcome.inputs.plan

    @property
    def unit(self) -> str:
        """Unit in which its envelope is written."""
        return self.plan.envelope.unit

    @property
    def prices(self) -> str:
        """Which money the envelope, and so every statement of spend, is in."""
        return CASH if self.plan.envelope.prices == "cash" else real(self.plan.first_year)

    @cached_property
    def price(self) -> Floats:
        """What £1 of the first year is in that money in each plan year, (n_years,)."""
        return price_of_years(self.plan)

    @property
    def years(self) -> list[str]:
        """The plan's financial years as people write them."""
        return [financial_year(year) for year in self.plan.plan_years]

    @cached_property
    def spent(self) -> pd.DataFrame:
        """What each line (rows) spends in each year (columns) in the envelope's money (£), mandatory works included."""
        paid = pd.concat([part[["line", "year", "cost"]] for part in (self.works, self.outcome.inputs.mandatory)])
        wide = paid.pivot_table(index="line", columns="year", values="cost", aggfunc="sum", fill_value=0.0)
        lines, years = list(self.plan.envelope.lines), list(self.plan.plan_years)
        return wide.reindex(index=lines, columns=years, fill_value=0.0) * self.price

    @cached_property
    def flows(self) -> pd.DataFrame:
        """Flows of money that are above zero, in the envelope's money: fields of their keys, amount (£)."""
        flows = zip(self.outcome.formulation.flows, self.outcome.solution.amounts, strict=True)
        rows = [asdict(flow.key) | {"amount": float(amount)} for flow, amount in flows]
        table = pd.DataFrame(rows, columns=[*(field.name for field in fields(FlowKey)), "amount"])
        table = table[table["amount"] > 0].reset_index(drop=True)
        table["amount"] *= self.price[table["year"].to_numpy(dtype=int) - self.plan.first_year]
        return table

    def used(self, kind: str, source: str) -> Floats:
        """What a source gives, or a borrowing facility draws, in each year (£), (n_years,)."""
        kinds = (kind, "spent") if kind == "source" else (kind,)
        mine = self.flows[self.flows["kind"].isin(kinds) & (self.flows["source"] == source)]
        year = mine["year"].to_numpy(dtype=int) - self.plan.first_year
        return np.bincount(year, mine["amount"], self.plan.years).astype(np.float64)

    def had(self, source: Source) -> Floats:
        """What a source has in each year with what it has kept, before what is used in that year (£), (n_years,)."""
        used, came = self.used("source", source.name), money_of(self.plan, source)
        if source.type == "reserve":
            came = reserve_left(self.plan, source)
        elif source.name == self.plan.receipts.source:
            formulation = self.outcome.formulation
            receipt = formulation.bids.receipt[self.outcome.chosen_bids].sum(axis=0)
            came = np.cumsum(came + receipt * self.price)
        else:
            return came
        return came - np.append(0.0, used.cumsum()[:-1])

    def borrowed(self, series: str, n_years: int) -> Floats:
        """What the plan's own borrowing comes to in each year, cash (£): drawn, or a series of `Charges`."""
        total = np.zeros(n_years)
        for facility in self.plan.borrowing:
            drawn, n = self.used("drawdown", facility.name), self.plan.years
            total += (
                by_year([1.0], n, n_years) if series == "drawn" else by_draw(facility, series, n, n_years)
            ) @ drawn
        return total

    def confirmed_saving(self, n_years: int) -> Floats:
        """What confirmed savings of the bids and works that are done may pay for debt in each year, cash (£)."""
        outcome, formulation = self.outcome, self.outcome.formulation
        of_bids = confirmed_savings(self.plan, formulation.bids, n_years)[outcome.chosen_bids].sum(axis=0)
        sold = formulation.kept(outcome.solution).sum(axis=1) - 1
        return np.asarray(
            of_bids + savings_of_works(outcome.inputs, outcome.options.take(outcome.chosen), sold, n_years).total
        )

    def shown(self, pounds: ArrayLike) -> Floats:
        """Amounts (£) as the envelope's unit prints them."""
        return np.asarray(printed(in_steps(pounds, self.unit), self.unit), dtype=np.float64)

    def table(self, spec: StatementSpec, rows: pd.DataFrame, note: str = "", own: Iterable[Column] = ()) -> Statement:
        """A statement in the envelope's money, and in its unit unless another is declared.

        Parameters
        ----------
        spec : StatementSpec; what it declares of itself
        rows, note, own : as of `StatementSpec.table`
        """
        return spec.table(rows, self.prices, note, spec.unit or self.unit, own)
