"""Maturity structure of debt: what falls due in each band of years after a year's end."""

from __future__ import annotations

import numpy as np

from assetplan._types import Floats
from assetplan.config import Borrowing, Plan
from assetplan.config.finance import Maturity
from assetplan.finance.borrowing import by_draw


def falls_due(facility: Borrowing, bands: tuple[Maturity, ...], n_draws: int, n_years: int) -> Floats:
    """What of £1 drawn of a facility in each year falls due in each band, counted from the end of each year.

    Parameters
    ----------
    facility : Borrowing; its terms
    bands : tuple of Maturity; one after another from 0 years, the last without an end
    n_draws, n_years : int; years in which money is drawn, and years looked at, both from the plan's first

    Returns
    -------
    array (n_bands, n_years, n_draws)
        [£]; the bands together are what is owed at the end of the year.
    """
    long = n_years + facility.years_of_cost + n_draws + 1
    owed = np.maximum(by_draw(facility, "owed", n_draws, long), 0.0)
    drawn = np.arange(n_years)[:, None] >= np.arange(n_draws)[None, :]

    def left(after: int | None) -> Floats:
        """Owed so many years after each year's end; nothing where there is no end."""
        if after is None or after >= long:
            return np.zeros((n_years, n_draws))
        later = owed[after : after + n_years]
        return np.vstack([later, np.zeros((n_years - len(later), n_draws))])

    return np.array([np.where(drawn, left(band.from_) - left(band.to), 0.0) for band in bands])


def due_without(plan: Plan) -> Floats:
    """What of the council's other loans falls due in each band, held at that, (n_bands,) [cash £]; 0 where unstated."""
    return np.array([(band.debt or 0.0) * plan.envelope.pounds for band in plan.treasury.maturity], dtype=np.float64)
