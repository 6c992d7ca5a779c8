"""What a business case says of one bid or one scheme."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from assetplan.display import Shown

NOTHING, MINIMUM, RECOMMENDED, FULL = OPTIONS = ("do-nothing", "minimum", "recommended", "full")


@dataclass(frozen=True, eq=False, repr=False)
class BusinessCase(Shown):
    """One bid or scheme, and what may be done about it.

    Attributes
    ----------
    name, title, kind : str; identifier, what people call it, "bid" or "scheme"
    where : str; electoral divisions, or districts where no division is known
    chosen : bool; whether it is in the programme
    reason : str; why it is or is not, as the programme says it
    criterion : str; which of the council's criteria it meets, by the figures
    options : DataFrame
        A row each of `OPTIONS`: option, means, cost and later (£ in and after the plan years), benefit (£ present value
        beyond the cost), per_pound (benefit for each £1 of cost; missing where it costs nothing).
    funding : DataFrame; order, source, amount (£; missing where it is no amount), result
    benefits : DataFrame; year, cost, benefit, cumulative (£, not discounted)
    payback : str; when it has paid for itself, in words
    risks : DataFrame; risk, event, score, band, owner, mitigation
    programme : DataFrame; stage, what, year, cost (£; missing of a gate)
    """

    name: str
    title: str
    kind: str
    where: str
    chosen: bool
    reason: str
    criterion: str
    options: pd.DataFrame
    funding: pd.DataFrame
    benefits: pd.DataFrame
    payback: str
    risks: pd.DataFrame
    programme: pd.DataFrame

    @property
    def cost(self) -> float:
        """Cost of the recommended option in and after the plan years [£]."""
        row = self.options.iloc[OPTIONS.index(RECOMMENDED)]
        return float(row["cost"]) + float(row["later"])


def options_table(rows: dict[str, tuple[str, float, float, float]]) -> pd.DataFrame:
    """The options of a case.

    Parameters
    ----------
    rows : dict of option → (means, cost, later, benefit); money in £
    """
    table = pd.DataFrame(
        [(name, *rows[name]) for name in OPTIONS], columns=["option", "means", "cost", "later", "benefit"]
    )
    paid = (table["cost"] + table["later"]).where(lambda cost: cost > 0)
    return table.assign(per_pound=(table["benefit"] / paid).round(2))
