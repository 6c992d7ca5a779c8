"""What a programme approved, scheme by scheme: budget by line and year, benefit, and the year of its end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from assetplan._types import Floats
from assetplan.config.assurance import IndicatorSettings
from assetplan.finance import CASH, price_of_years, real
from assetplan.inputs.settings import kept_plan
from assetplan.programme import Programme

KEYS = ["scheme", "line", "year"]
"""What a budget is of."""


@dataclass(frozen=True, eq=False)
class Approved:
    """The schemes of a programme: works sites, what competes beside assets, and statutory works.

    Attributes
    ----------
    budget : DataFrame
        One row a scheme, line and year: scheme, line, year, budget [£, money of the envelope], benefit [£ present
        value; 0 of statutory works].
    names : Series; what a person calls each scheme, by scheme
    years : tuple of int; plan years
    lines : dict of str → str; label of each budget line
    prices : str; what the amounts are in: "cash", or prices of the first year
    price : array (n_years,); what £1 of the first year is in that money
    settings : IndicatorSettings; tolerances that the plan states
    """

    budget: pd.DataFrame
    names: pd.Series
    years: tuple[int, ...]
    lines: dict[str, str]
    prices: str
    price: Floats
    settings: IndicatorSettings

    @property
    def lines_of(self) -> pd.DataFrame:
        """One row a scheme and line that pays for it: scheme, line, budget [£], benefit [£]."""
        return self.budget.groupby(["scheme", "line"], sort=False, as_index=False)[["budget", "benefit"]].sum()


def approved_of(programme: Programme) -> Approved:
    """The schemes of a programme with what it approved for them.

    A scheme is a `scheme_id` of its works, a bid by its name, or statutory works by their reference.

    Parameters
    ----------
    programme : Programme; read from its folder, or as it was planned

    Raises
    ------
    ConfigError
        The settings that its folder kept are not a plan.
    """
    with kept_plan(programme.settings or {}) as plan:
        price, settings = price_of_years(plan), plan.indicators
        prices = CASH if plan.envelope.prices == "cash" else real(plan.first_year)
    works = pd.DataFrame(programme.works[["scheme_id", "name", "road", "line", "year", "cost", "benefit"]])
    rows = works.rename(columns={"scheme_id": "scheme"})
    rows["name"] = rows["name"].where(rows["road"] == "", rows["road"])
    if programme.mandatory is not None:
        # Works of years that are past have no reference: they are kept by line and year as they were paid.
        own = programme.mandatory.rename(columns={"reference": "scheme"})[["scheme", "name", "line", "year", "cost"]]
        own["scheme"] = own["scheme"].where(own["scheme"] != "", "statutory works " + own["line"])
        rows = pd.concat([rows, own.assign(benefit=0.0)], ignore_index=True)
    years = tuple(programme.years)
    rows["cost"] *= price[rows["year"].to_numpy(dtype=np.intp) - years[0]]
    budget = rows.groupby(KEYS, as_index=False)[["cost", "benefit"]].sum().rename(columns={"cost": "budget"})
    lines = {str(row["line"]): str(row["label"]) for row in programme.summary.spend}
    return Approved(budget, rows.groupby("scheme")["name"].first(), years, lines, prices, price, settings)
