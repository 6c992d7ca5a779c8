"""`explain` of a bid or a sale: what it may be, what each costs and brings, and why it is or is not done."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assetplan.display import Shown
from assetplan.objectives import Sought
from assetplan.programme import Programme
from assetplan.strategies.names import NOTHING
from assetplan.words import financial_year, pounds

if TYPE_CHECKING:
    import pandas as pd

_WIDTH = 80


@dataclass(frozen=True, eq=False, repr=False)
class BidExplanation(Shown):
    """Why a bid is done when it is, or not at all.

    Attributes
    ----------
    bid : str; its name
    chosen : str; the option chosen, as in bids.csv
    reason : str; why, as the programme says it
    options : DataFrame
        Its options, largest net first: option, start (year), cost and later (£), receipt (£), benefit (£), net (in the
        unit of what the plan seeks), chosen.
    sought : Sought; what the plan seeks
    """

    bid: str
    chosen: str
    reason: str
    options: pd.DataFrame
    sought: Sought

    def _shown(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("bid", "chosen", "reason", "options")}

    def text(self) -> str:
        """The explanation in plain words, then the table of options."""
        row = self.options[self.options["chosen"]].iloc[0]
        does = "The plan leaves it out."
        if self.chosen != NOTHING:
            later = f", and {pounds(row['later'])} after the plan years" if row["later"] else ""
            does = f"The plan begins it in {financial_year(int(row['start']))}, for {pounds(row['cost'])}{later}."
        lines = [("choice", "cost £", "receipt £", "benefit £", f"net {self.sought.unit}")]
        for each in self.options.to_dict("records"):
            name = "left out" if each["option"] == NOTHING else financial_year(int(each["start"]))
            figures = (f"{round(each[key]) + 0:,}" for key in ("cost", "receipt", "benefit", "net"))
            lines.append((name + " (chosen)" * bool(each["chosen"]), *figures))  # type: ignore[arg-type]  # five
        wide = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
        table = [
            "  ".join([line[0].ljust(wide[0]), *(text.rjust(w) for text, w in zip(line[1:], wide[1:], strict=True))])
            for line in lines
        ]
        net = (
            "Benefit is the present value of what it brings, its cost paid for. Net takes off what the money would "
            "bring elsewhere, as the limits price it; whole works may fit otherwise than prices say."
        )
        parts = [f"{self.bid} (bid)", does, f"Why: {self.reason}", "", net, "", table[0], "-" * len(table[0])]
        return "\n".join("\n".join(textwrap.wrap(part, _WIDTH)) for part in parts) + "\n" + "\n".join(table[1:])


def explain_bid(programme: Programme, name: str) -> BidExplanation | None:
    """Why a bid has what it has; None where the programme has no bid of that name.

    Parameters
    ----------
    programme : Programme
    name : str; name of the bid
    """
    bids = programme.bids
    mine = None if bids is None else bids[bids["bid"] == name]
    if mine is None or mine.empty:
        return None
    picked = mine[mine["chosen"]].iloc[0]
    columns = ["option", "start", "cost", "later", "receipt", "benefit", "net", "chosen"]
    options = mine[columns].sort_values("net", ascending=False, kind="stable").reset_index(drop=True)
    return BidExplanation(name, str(picked["option"]), str(picked["reason"]), options, programme.summary.sought)
