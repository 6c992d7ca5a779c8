"""What £1 borrowed costs in the years after it is drawn, and what several drawdowns cost together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from assetplan._types import Floats, Ints
from assetplan.config import Borrowing
from assetplan.finance.loans import loan_schedule, mrp_schedule
from assetplan.reference import load_table

_SERIES = ("interest", "mrp", "forgone", "repaid", "owed", "unprovided")


_ROUNDING = 1e-9  # of £1


@dataclass(frozen=True, eq=False)
class Charges:
    """What £1 costs, arrays (n_years,); the first year is the one in which it is drawn.

    Attributes
    ----------
    interest : array; interest paid or, of internal borrowing, forgone [£]
    mrp : array; minimum revenue provision, from the year after [£]
    forgone : array
        Yield forgone on the council's cash where a loan is repaid faster than it is provided for [£].
    repaid : array; paid back to the lender less what is borrowed again [£]
    owed : array; owed to lenders at the end of the year [£]; zero for internal borrowing
    unprovided : array
        What is still to be provided for at the end of the year [£]: its part of the capital financing requirement.
    """

    interest: Floats
    mrp: Floats
    forgone: Floats
    repaid: Floats
    owed: Floats
    unprovided: Floats

    @property
    def cost(self) -> Floats:
        """Charge to revenue: interest, provision and yield forgone, not the loan's repayments [£]."""
        return self.interest + self.mrp + self.forgone

    @property
    def lent(self) -> Floats:
        """What the council's own cash bears at the end of the year: not provided for, and owed to nobody [£]."""
        return np.maximum(self.unprovided - self.owed, 0.0)

    @property
    def total(self) -> float:
        """Charge of all years; what a reducing balance leaves unprovided when it is no longer followed is in it [£]."""
        left = float(self.unprovided[-1])
        return float(self.cost.sum()) + (left if left > _ROUNDING else 0.0)


def charges(facility: Borrowing, draw: int = 0) -> Charges:
    """What £1 borrowed under a facility costs by year.

    A maturity loan that is refinanced is paid off with what was provided by the end of that year, and the rest is
    borrowed anew. Internal borrowing costs the yield forgone on what is not provided for; so does a loan on what it
    has repaid and is not provided for, where the facility states what cash earns.

    Parameters
    ----------
    facility : Borrowing; its terms
    draw : int; plan year of the drawing (0 is the first), where the rate goes by it

    Returns
    -------
    Charges
        Of the year of drawing and the `facility.years_of_cost` after it.
    """
    n, rate = facility.years_of_cost + 1, facility.rate_of(draw)
    mrp = _provision(facility, rate, n)
    unprovided, nothing = 1.0 - np.cumsum(mrp), np.zeros(n)
    if facility.type == "internal":
        before = np.concatenate([[{"start": 1.0, "middle": 0.5, "end": 0.0}[facility.drawn]], unprovided[:-1]])
        return Charges(rate * before, mrp, nothing, nothing, nothing, unprovided)
    shift = {"start": 0, "middle": facility.per_year // 2, "end": facility.per_year}[facility.drawn]
    loan = loan_schedule(1.0, rate, facility.years, facility.method, facility.per_year)
    year = (loan["period"].to_numpy() - 1 + shift) // facility.per_year
    interest, repaid = _sums(year, loan, n)
    if facility.refinance is not None:
        due = int(year[-1])
        anew, again = float(unprovided[due]), facility.refinance
        loan = loan_schedule(anew, again.rate, again.years, again.method, facility.per_year)
        year = (loan["period"].to_numpy() - 1 + shift) // facility.per_year + facility.years
        later, again_repaid = _sums(year, loan, n)
        interest, repaid = interest + later, repaid + again_repaid
        repaid[due] -= anew
    owed = 1.0 - np.cumsum(repaid)
    ahead = np.maximum(unprovided - owed, 0.0)
    forgone = (facility.cash_rate or 0.0) * np.concatenate([[0.0], ahead[:-1]])
    return Charges(interest, mrp, forgone, repaid, owed, unprovided)


def _provision(facility: Borrowing, rate: float, n: int) -> Floats:
    """Minimum revenue provision of £1 by year from the drawing, (n,)."""
    mrp = np.zeros(n)
    if facility.mrp == "reducing":
        share = _reducing() if facility.mrp_rate is None else facility.mrp_rate
        mrp[1:] = share * (1 - share) ** np.arange(n - 1)
        return mrp
    life, of_annuity = facility.mrp_years or facility.years, rate if facility.mrp_rate is None else facility.mrp_rate
    provided = mrp_schedule(1.0, life, facility.mrp, of_annuity if facility.mrp == "annuity" else None)
    mrp[1 : life + 1] = provided["mrp"]
    return mrp


def _reducing() -> float:
    """Share of the balance that is provided each year, as published."""
    money = load_table("published_money")
    return float(money.loc[money["name"] == "mrp_reducing", "value"].iloc[0])


def _sums(year: Ints, loan: pd.DataFrame, n: int) -> tuple[Floats, Floats]:
    """Interest and repayments of each year."""
    interest, repaid = (np.bincount(year, loan[name], n).astype(np.float64) for name in ("interest", "repaid"))
    return interest, repaid


def by_year(charge: ArrayLike, n_draws: int, n_years: int) -> Floats:
    """What £1 drawn in each year costs in each year.

    Parameters
    ----------
    charge : array (n,); one series of `Charges`
    n_draws, n_years : int; years in which money is drawn, and years looked at, both from the first

    Returns
    -------
    array (n_years, n_draws)
        Zero before the drawing and after the last charge.
    """
    known = np.asarray(charge, dtype=np.float64)
    age = np.arange(n_years)[:, None] - np.arange(n_draws)[None, :]
    inside = (age >= 0) & (age < len(known))
    return np.where(inside, known[np.clip(age, 0, len(known) - 1)], 0.0)


def by_draw(facility: Borrowing, series: str, n_draws: int, n_years: int) -> Floats:
    """What £1 drawn of a facility in each year comes to in each year, at the rate of its year of drawing.

    Parameters
    ----------
    facility : Borrowing; its terms
    series : str; one of `Charges`, as "cost" or "owed"
    n_draws, n_years : int; as of `by_year`

    Returns
    -------
    array (n_years, n_draws)
    """
    if not isinstance(facility.rate, tuple):
        return by_year(getattr(charges(facility), series), n_draws, n_years)
    each = (by_year(getattr(charges(facility, draw), series), n_draws, n_years)[:, draw] for draw in range(n_draws))
    return np.column_stack(list(each))


def vintages(facility: Borrowing, drawn: ArrayLike, first_year: int, n_years: int) -> pd.DataFrame:
    """Every drawdown of one borrowing facility, followed year by year.

    Parameters
    ----------
    facility : Borrowing; its terms
    drawn : array (n_draws,); drawn in each year [cash £]
    first_year : int; year of the first
    n_years : int; years to follow, from the first

    Returns
    -------
    DataFrame
        One row a drawdown above zero and year from then on: loan, drawn_in, year, drawn, interest, mrp, forgone,
        repaid, owed and unprovided [cash £].
    """
    amounts = np.asarray(drawn, dtype=np.float64)
    series = {name: by_draw(facility, name, len(amounts), n_years) * amounts for name in _SERIES}
    year, draw = np.nonzero((np.arange(n_years)[:, None] >= np.arange(len(amounts))) & (amounts > 0))
    order = np.lexsort((year, draw))
    year, draw = year[order], draw[order]
    out = pd.DataFrame({"loan": facility.name, "drawn_in": first_year + draw, "year": first_year + year})
    out["drawn"] = np.where(year == draw, amounts[draw], 0.0)
    return out.assign(**{name: values[year, draw] for name, values in series.items()})
