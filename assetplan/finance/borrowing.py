"""What £1 borrowed costs in the years after it is drawn, and what several drawdowns cost together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from assetplan._types import Floats, Ints
from assetplan.config import Borrowing
from assetplan.finance.loans import loan_schedule, mrp_schedule

_SERIES = ("interest", "mrp", "repaid", "owed", "unprovided")


@dataclass(frozen=True, eq=False)
class Charges:
    """What £1 costs, arrays (n_years,); the first year is the one in which it is drawn.

    Attributes
    ----------
    interest : array; interest paid or, of internal borrowing, forgone [£]
    mrp : array; minimum revenue provision, from the year after [£]
    repaid : array; paid back to the lender less what is borrowed again [£]
    owed : array; owed to lenders at the end of the year [£]; zero for internal borrowing
    unprovided : array
        What is still to be provided for at the end of the year [£]: its part of the capital financing requirement.
    """

    interest: Floats
    mrp: Floats
    repaid: Floats
    owed: Floats
    unprovided: Floats

    @property
    def cost(self) -> Floats:
        """Charge to revenue: interest and provision, not the loan's repayments [£]."""
        return self.interest + self.mrp


def charges(facility: Borrowing) -> Charges:
    """What £1 borrowed under a facility costs by year.

    A maturity loan that is refinanced is paid off with what was provided by the end of that year, and the rest is
    borrowed anew. Internal borrowing costs the yield forgone on what is not provided for.

    Parameters
    ----------
    facility : Borrowing; its terms

    Returns
    -------
    Charges
        Of the year of drawing and the `facility.years_of_cost` after it.
    """
    n = facility.years_of_cost + 1
    life, rate = facility.mrp_years or facility.years, facility.rate if facility.mrp_rate is None else facility.mrp_rate
    provided = mrp_schedule(1.0, life, facility.mrp, rate if facility.mrp == "annuity" else None)
    mrp = np.zeros(n)
    mrp[1 : life + 1] = provided["mrp"]
    unprovided = 1.0 - np.cumsum(mrp)
    if facility.type == "internal":
        before = np.concatenate([[{"start": 1.0, "middle": 0.5, "end": 0.0}[facility.drawn]], unprovided[:-1]])
        nothing = np.zeros(n)
        return Charges(facility.rate * before, mrp, nothing, nothing, unprovided)
    shift = {"start": 0, "middle": facility.per_year // 2, "end": facility.per_year}[facility.drawn]
    loan = loan_schedule(1.0, facility.rate, facility.years, facility.method, facility.per_year)
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
    return Charges(interest, mrp, repaid, 1.0 - np.cumsum(repaid), unprovided)


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
        One row a drawdown above zero and year from then on: loan, drawn_in, year, drawn, interest, mrp, repaid,
        owed and unprovided [cash £].
    """
    amounts = np.asarray(drawn, dtype=np.float64)
    per_pound = charges(facility)
    series = {name: by_year(getattr(per_pound, name), len(amounts), n_years) * amounts for name in _SERIES}
    year, draw = np.nonzero((np.arange(n_years)[:, None] >= np.arange(len(amounts))) & (amounts > 0))
    order = np.lexsort((year, draw))
    year, draw = year[order], draw[order]
    out = pd.DataFrame({"loan": facility.name, "drawn_in": first_year + draw, "year": first_year + year})
    out["drawn"] = np.where(year == draw, amounts[draw], 0.0)
    return out.assign(**{name: values[year, draw] for name, values in series.items()})
