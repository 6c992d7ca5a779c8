"""Why life-expired assets wait while others are treated: by whose they are, rule, urgency, duty, money or worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from assetplan import condition
from assetplan._types import Bools, Floats, Ints, Texts
from assetplan.optimisation.problem.problem import usage_totals
from assetplan.outcome.reasons import most_of
from assetplan.reference import load_table
from assetplan.register.premises import kept_by_others

if TYPE_CHECKING:
    from assetplan.outcome.outcome import Outcome

TREATED = "treated"
OTHERS, DISPOSAL, BARRED, URGENCY, DUTY, MONEY, WORTH = CAUSES = (
    *("responsibility", "disposal", "rule", "urgency", "duty", "money", "worth"),
)
"""Causes of waiting, in the order in which they are asked: the first that holds counts."""


def life_expired(outcome: Outcome) -> Bools:
    """Assets shown in grades that are more likely than not in the worst today, (n_assets,)."""
    return _graded(outcome, worst=True)


def better_grades(outcome: Outcome) -> Bools:
    """Assets shown in grades that are not life-expired today, (n_assets,)."""
    return _graded(outcome, worst=False)


def _graded(outcome: Outcome, worst: bool) -> Bools:
    scale = outcome.inputs.tables.classes.bands_of(outcome.inputs.register.assets)
    out = np.zeros(len(scale), dtype=bool)
    for name in dict.fromkeys(scale):
        if condition.measure_of(name) == "grade":
            last = len(condition.band_names(name)) - 1
            out |= (scale == name) & ((outcome.nothing.bands[:, 0, last] > 0.5) == worst)
    return out


def due(outcome: Outcome) -> Bools:
    """Assets that their surveyed priority asks for by the end of the plan, or that have no priority, (n_assets,)."""
    assets = outcome.inputs.register.assets
    within = load_table("priorities").set_index("priority")["within_years"].fillna(np.inf)
    years = assets["priority"].map(within).fillna(0.0).to_numpy(dtype=float)
    surveyed = assets["surveyed_year"].fillna(outcome.years[0]).to_numpy(dtype=float)
    return np.asarray(surveyed + years <= outcome.years[-1])


def waiting(outcome: Outcome, rows: Ints) -> pd.DataFrame:
    """Why each of some assets waits, and what its best strategy brings at the prices of the limits.

    Duty is the use of limits by what the plan leaves no choice but works: assets that are committed, firm, locked or
    asked for, and mandatory bids.
    What would bring more than its money is worth, and yet waits, costs more than its limits have or have left.

    Parameters
    ----------
    outcome : Outcome; the solved plan
    rows : array (n,) of int; assets asked about

    Returns
    -------
    DataFrame
        cause, one of `CAUSES`, or `TREATED` where it does not wait; at_prices, the most that a strategy brings for each
        unit that what it uses is worth (below 1 its money does more elsewhere), missing where none brings anything.
    """
    problem, options, assets = outcome.problem, outcome.options, outcome.inputs.register.assets
    owner = np.repeat(np.arange(len(rows)), np.diff(problem.starts)[rows])
    first = np.cumsum(np.r_[0, np.diff(problem.starts)[rows]])[:-1]
    own = problem.starts[rows][owner] + np.arange(len(owner)) - first[owner]
    treats = (options.schedule[own] >= 0).any(axis=1)
    brings = treats & (problem.benefit[own] > 0)
    most = most_of(problem)
    beyond, after_duty = (_uses_more(outcome, own, allowed) for allowed in (most, most - _duty(outcome)))

    def every(wrong: Bools) -> Bools:
        """Assets all of whose strategies that bring anything are wrong."""
        return np.bincount(owner[brings & ~wrong], minlength=len(rows)) == 0

    here, ratio = assets.iloc[rows], _at_prices(outcome, own, owner, brings, len(rows))
    tests = {
        TREATED: (outcome.schedule[rows] >= 0).any(axis=1),
        OTHERS: kept_by_others(here),
        DISPOSAL: (here["retention"] == "dispose").to_numpy() & (np.bincount(owner[treats], minlength=len(rows)) == 0),
        BARRED: np.bincount(owner[treats], minlength=len(rows)) == 0,
        URGENCY: ~due(outcome)[rows],
        WORTH + " in itself": np.bincount(owner[brings], minlength=len(rows)) == 0,
        MONEY: every(beyond),
        DUTY: every(after_duty),
        WORTH: ~(ratio > 1),
    }
    cause: Texts = np.select(list(tests.values()), [name.split()[0] for name in tests], MONEY).astype(object)
    return pd.DataFrame({"cause": cause, "at_prices": ratio})


def _uses_more(outcome: Outcome, own: Ints, allowed: Floats) -> Bools:
    """Options that use more of some limit than is allowed."""
    usage = outcome.problem.usage[own]
    entry = np.repeat(np.arange(len(own)), np.diff(usage.indptr))
    over = usage.data > allowed[usage.indices] * (1 + 1e-9) + 1e-6
    return np.bincount(entry[over], minlength=len(own)) > 0


def _duty(outcome: Outcome) -> Floats:
    """What assets and bids that must be done use of each limit, (n_resources,)."""
    problem, formulation = outcome.problem, outcome.formulation
    idle = (formulation.schedule() < 0).all(axis=1)
    must = ~np.logical_or.reduceat(idle, problem.starts[:-1])
    return usage_totals(problem.usage, outcome.solution.chosen[must])


def _at_prices(outcome: Outcome, own: Ints, owner: Ints, brings: Bools, n: int) -> Floats:
    problem = outcome.problem
    paid = np.asarray(problem.usage[own] @ np.nan_to_num(outcome.solution.prices)).ravel()
    priced = brings & (paid > 0)
    ratio = np.full(n, -np.inf)
    np.maximum.at(ratio, owner[priced], problem.benefit[own][priced] / paid[priced])
    return np.where(np.isfinite(ratio), ratio, np.nan)
