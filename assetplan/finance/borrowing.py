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


@dataclass(frozen=True)
class Charges:
    """What £1 costs, arrays (n_years,); the first year is the one in which it is drawn.

    Attributes
    ----------
    interest : array
        Interest paid or, of internal borrowing, forgone [£].
    mrp : array
        Minimum revenue provision, from the year after [£].
    repaid : array
        Paid back to the lender less what is borrowed again [£].
    owed : array
        Owed to lenders at the end of the year [£]; nought of internal borrowing.
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


def charges(way: Borrowing) -> Charges:
    """What £1 borrowed in one way costs by year.

    A maturity loan that is refinanced is paid off with what was provided by the end of that year, and the rest is
    borrowed anew. Internal borrowing costs the yield forgone on what is not provided for.

    Parameters
    ----------
    way : Borrowing
        Its terms.

    Returns
    -------
    Charges
        Of the year of drawing and the `way.years_of_cost` after it.
    """
    n = way.years_of_cost + 1
    life, rate = way.mrp_years or way.years, way.rate if way.mrp_rate is None else way.mrp_rate
    provided = mrp_schedule(1.0, life, way.mrp, rate if way.mrp == "annuity" else None)
    mrp = np.zeros(n)
    mrp[1 : life + 1] = provided["mrp"]
    unprovided = 1.0 - np.cumsum(mrp)
    if way.type == "internal":
        before = np.concatenate([[{"start": 1.0, "middle": 0.5, "end": 0.0}[way.drawn]], unprovided[:-1]])
        nothing = np.zeros(n)
        return Charges(way.rate * before, mrp, nothing, nothing, unprovided)
    shift = {"start": 0, "middle": way.per_year // 2, "end": way.per_year}[way.drawn]
    loan = loan_schedule(1.0, way.rate, way.years, way.method, way.per_year)
    year = (loan["period"].to_numpy() - 1 + shift) // way.per_year
    interest, repaid = _sums(year, loan, n)
    if way.refinance is not None:
        due = int(year[-1])
        anew, again = float(unprovided[due]), way.refinance
        loan = loan_schedule(anew, again.rate, again.years, again.method, way.per_year)
        year = (loan["period"].to_numpy() - 1 + shift) // way.per_year + way.years
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
    charge : array (n,)
        One series of `Charges`.
    n_draws, n_years : int
        Years in which money is drawn, and years looked at, both from the first.

    Returns
    -------
    array (n_years, n_draws)
        Nought before the drawing and after the last charge.
    """
    known = np.asarray(charge, dtype=np.float64)
    age = np.arange(n_years)[:, None] - np.arange(n_draws)[None, :]
    inside = (age >= 0) & (age < len(known))
    return np.where(inside, known[np.clip(age, 0, len(known) - 1)], 0.0)


def vintages(way: Borrowing, drawn: ArrayLike, first_year: int, n_years: int) -> pd.DataFrame:
    """Every drawdown of one way to borrow, followed year by year.

    Parameters
    ----------
    way : Borrowing
        Its terms.
    drawn : array (n_draws,)
        Drawn in each year [cash £].
    first_year : int
        Year of the first.
    n_years : int
        Years to follow, from the first.

    Returns
    -------
    DataFrame
        One row a drawdown above nought and year from then on: loan, drawn_in, year, drawn, interest, mrp, repaid,
        owed and unprovided [cash £].
    """
    amounts = np.asarray(drawn, dtype=np.float64)
    found = charges(way)
    series = {name: by_year(getattr(found, name), len(amounts), n_years) * amounts for name in _SERIES}
    year, draw = np.nonzero((np.arange(n_years)[:, None] >= np.arange(len(amounts))) & (amounts > 0))
    order = np.lexsort((year, draw))
    year, draw = year[order], draw[order]
    out = pd.DataFrame({"loan": way.name, "drawn_in": first_year + draw, "year": first_year + year})
    out["drawn"] = np.where(year == draw, amounts[draw], 0.0)
    return out.assign(**{name: values[year, draw] for name, values in series.items()})
