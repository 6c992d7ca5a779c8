"""The envelope: what each budget line may spend in each year, in prices of the plan's first year."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from assetplan._types import Floats
from assetplan.config import Plan
from assetplan.config.inflation import rises
from assetplan.economics import NO_RISE, deflate, price_levels
from assetplan.errors import ConfigError
from assetplan.limits import LimitKey
from assetplan.reference import load_table
from assetplan.schema import extended_table, row_faults


@dataclass(frozen=True, eq=False)
class EnvelopeLimits:
    """A cap on each line and year.

    Attributes
    ----------
    lines : tuple of str; budget lines
    years : tuple of int; plan years
    amount : array (n_lines, n_years); £ in prices of the first year
    """

    lines: tuple[str, ...]
    years: tuple[int, ...]
    amount: Floats

    @property
    def keys(self) -> tuple[LimitKey, ...]:
        """Key of each limit, line by line and year by year."""
        return tuple(LimitKey("line", line=line, year=year) for line in self.lines for year in self.years)


def limits(plan: Plan) -> EnvelopeLimits:
    """The plan's envelope as caps; a cash envelope is deflated to prices of the first year."""
    amount = in_first_year_prices(plan, list(plan.envelope.lines.values()))
    held = np.zeros(amount.shape)
    if plan.contingency:
        held += held_for_defects(plan, amount)
    if plan.envelope.contingency:
        held += amount * held_back(plan)
    amount = np.maximum(amount - held, 0.0)
    return EnvelopeLimits(tuple(plan.envelope.lines), plan.plan_years, amount)


def held_for_defects(plan: Plan, amount: Floats) -> Floats:
    """What each line holds in each year for latent defects, by its money in the year (£, prices of the first).

    Parameters
    ----------
    plan : Plan; `[[contingency]]` states the defects
    amount : array (n_lines, n_years); money of the lines before that [£]
    """
    expected = np.zeros(len(amount))
    for row in plan.contingency:
        place = list(plan.envelope.lines).index(row.line)
        expected[place] += row.number * row.chance * row.cost * plan.envelope.pounds
    total = amount.sum(axis=1)
    share = np.divide(expected, total, out=np.zeros(len(total)), where=total > 0)
    return amount * np.minimum(share, 1.0)[:, None]


def held_back(plan: Plan) -> Floats:
    """Share of each line's money that its contingency holds in each year, (n_lines, n_years)."""
    return np.array([plan.envelope.held_back(line, plan.years) for line in plan.envelope.lines], dtype=np.float64)


def in_first_year_prices(plan: Plan, amounts: ArrayLike) -> Floats:
    """Amounts of the plan file by year (last axis, the envelope's unit) in pounds at prices of the first year."""
    envelope = plan.envelope
    money = np.asarray(amounts, dtype=float) * envelope.pounds
    return deflate(money, rises(envelope.inflation)) if envelope.prices == "cash" else money


def price_of_years(plan: Plan) -> Floats:
    """What £1 of the first year is in the money of the envelope in each plan year, (n_years,)."""
    stated = rises(plan.envelope.inflation) if plan.envelope.prices == "cash" else NO_RISE
    return price_levels(stated, np.arange(plan.years))


class LineLabels(dict[str, str]):
    """What a reader calls each budget line; one that no row labels is called by its key."""

    def __missing__(self, line: str) -> str:
        """The key as words."""
        words = line.replace("_", " ")
        return words[:1].upper() + words[1:]


def line_labels(path: Path | None = None) -> LineLabels:
    """Read what a reader calls each budget line.

    Parameters
    ----------
    path : path, optional
        A CSV with the columns of reference/lines.csv, whose rows are added to the packaged ones or replace those of
        the same line.

    Raises
    ------
    ConfigError
        The file is no such table, or a row has no label; every fault is listed.
    """
    table = extended_table("lines", "line", path)
    faults = row_faults(table, [("label", table["label"].notna(), "a value is required")])
    if faults:
        raise ConfigError(faults)
    return LineLabels(zip(table["line"], table["label"], strict=True))


def published_profile(share: float = 1.0) -> pd.DataFrame:
    """The published five-year profile, current spend and addition together, or a share of it.

    Parameters
    ----------
    share : float; part of the published county that is planned (above 0)

    Returns
    -------
    DataFrame
        £m a year; one row a line, one column a year.
    """
    table = load_table("published_profile")
    total = table.assign(amount=(table["current_m"] + table["additional_m"]) * share)
    wide = total.pivot_table(index="line", columns="year", values="amount", sort=False)
    return wide
