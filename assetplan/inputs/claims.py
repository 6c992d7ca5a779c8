"""Claims in pounds: what a council counts and pays, and rates by condition brought to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import pandas as pd

from assetplan._types import Floats
from assetplan.config import Plan
from assetplan.errors import ConfigError
from assetplan.prices import GENERAL, Prices
from assetplan.reference import load_table
from assetplan.strategies import LifecycleModel
from assetplan.strategies.candidates import yearly_burden

CLAIMS = "claims"
"""Stream of what claims for damage and injury cost."""


@dataclass(frozen=True)
class Claims:
    """Claims of one year on roads and footways.

    Attributes
    ----------
    count : float; claims received
    repudiated : float; share of them for which nothing is paid (0–1)
    mean_paid : float; mean of what a settled claim is paid, large ones left out (£)
    large_paid : float; what large claims cost in a mean year (£)
    """

    count: float
    repudiated: float
    mean_paid: float
    large_paid: float

    @property
    def settled(self) -> float:
        """Paid a year, large claims left out (£)."""
        return self.count * (1 - self.repudiated) * self.mean_paid

    @property
    def paid(self) -> float:
        """Paid a year (£)."""
        return self.settled + self.large_paid


@cache
def published_claims() -> tuple[Claims, int]:
    """Claims a year of the published county, and the price base of their money."""
    table = load_table("claims").set_index("name")
    value = table["value"].astype(float)
    large = float(value[["large_first", "large_second"]].sum())
    settled = float(value["claims"] * (1 - value["repudiated"]))
    mean = (float(value["paid"]) - large) / settled
    years = float(value["years"])
    base = int(table["price_base"].dropna().iloc[0])
    return Claims(float(value["claims"]) / years, float(value["repudiated"]), mean, large / years), base


def stated_claims(plan: Plan, prices: Prices) -> Claims | None:
    """What a plan states of claims, in prices of its first year; None where it states none.

    Raises
    ------
    ConfigError
        The indices do not reach the price base of the money.
    """
    stated = plan.claims
    if stated.count is None or stated.repudiated is None or stated.mean_paid is None:
        return None
    base = plan.first_year if stated.price_base is None else stated.price_base
    money = {"mean_paid": stated.mean_paid, "large_paid": stated.large_paid}
    table, faults = prices.indexed(pd.DataFrame({**money, "price_base": base}, index=[0]), "plan", money, GENERAL)
    if faults:
        raise ConfigError(replace(fault, column=f"claims.{fault.column}") for fault in faults)
    return Claims(stated.count, stated.repudiated, *(float(table[name].iloc[0]) for name in money))


def with_claims(
    model: LifecycleModel, claims: Claims | None, assets: pd.DataFrame, index: Floats
) -> tuple[LifecycleModel, float]:
    """A model whose claims come to what a council pays today, and the factor on the rates of its table.

    All rates of the stream are taken times one factor, so that their ratio by group, condition and use stays. A
    register that brings no claims keeps its rates.

    Parameters
    ----------
    model : LifecycleModel; with the rates of its table
    claims : Claims or None; what the council pays; without it rates stay as they are
    assets : DataFrame; table `assets` of the register (n_assets), with `group`
    index : array (n_assets,); condition index in the base year (0–100)
    """
    today = 0.0 if claims is None else float(yearly_burden(assets, index, model, CLAIMS).sum())
    if claims is None or today <= 0:
        return model, 1.0
    factor = claims.paid / today
    consequences: Mapping[str, tuple] = {
        group: tuple(
            replace(row, rate=tuple(rate * factor for rate in row.rate)) if row.stream == CLAIMS else row
            for row in rows
        )
        for group, rows in model.consequences.items()
    }
    return replace(model, consequences=consequences), factor
