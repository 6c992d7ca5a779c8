"""The explanation of one asset's choice, and how it reads."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assetplan.answers.levers import Lever
from assetplan.asset_classes import CARRIAGEWAY
from assetplan.display import Shown
from assetplan.objectives import Sought
from assetplan.programme.words import gained, strategy_words
from assetplan.words import and_list, financial_year, pounds

if TYPE_CHECKING:
    import pandas as pd

_WIDTH = 80
_SHOWN = 15


@dataclass(frozen=True, eq=False, repr=False)
class Explanation(Shown):
    """Why an asset has what it has, and what would have changed that.

    Attributes
    ----------
    asset_id : str; the asset
    facts : mapping; its row of the programme's assets, without geometry
    chosen : str; the strategy chosen, as in assets.parquet
    treated : bool; whether it does something in the plan years
    alternatives : DataFrame
        All its strategies, largest net first: strategy, cost (£), benefit (£), net (what the plan makes the most of,
        less the price of the limits it uses, in its unit), chosen.
    reason : str; why, as the programme says it
    fixed : str; what leaves no choice (a commitment, a rule, disposal, no treatment), "" where there is one
    levers : tuple of Lever; what would have turned the choice, one thing at a time: cost, line, condition
    lead : float
        How far the choice is ahead of the next best (of net), below zero where whole works had to fit the limits.
    margin : float; how far apart the best treatment and doing nothing are (of net)
    open : float
        The least difference that is certain (of net): the bound that the prices prove, less what is reached;
        0 where no treatment is worth its cost even by itself.
    notes : tuple of str; what else a reader must know
    years : tuple of int; plan years
    labels : mapping; budget line → what it is called within a sentence
    sought : Sought; what the plan seeks
    """

    asset_id: str
    facts: Mapping[str, Any]
    chosen: str
    treated: bool
    alternatives: pd.DataFrame
    reason: str
    fixed: str
    levers: tuple[Lever, ...]
    lead: float
    margin: float
    open: float
    notes: tuple[str, ...]
    years: tuple[int, ...]
    labels: Mapping[str, str]
    sought: Sought

    @property
    def close(self) -> bool:
        """Whether the proof leaves open that the best plan treats this asset the other way."""
        return not self.fixed and abs(self.margin) < self.open

    def _shown(self) -> dict[str, Any]:
        names = ("asset_id", "chosen", "reason", "fixed", "lead", "margin", "notes", "alternatives")
        return {name: getattr(self, name) for name in names}

    def text(self) -> str:
        """The explanation in plain words, then the table of alternatives."""
        parts = [self._facts(), self._choice(), self._turning(), self._table()]
        return "\n\n".join(part for part in parts if part)

    def _facts(self) -> str:
        facts, base, last = self.facts, self.years[0] - 1, self.years[-1]
        name = str(facts["name"] or facts["road"] or facts["class_label"])
        kind = str(facts["class_label"])
        if facts["road_class"] and facts["asset_class"] == CARRIAGEWAY:
            kind += f", class {facts['road_class']}"
        where = f"; {facts['district']}" if facts["district"] else ""
        return f"{name} (asset {self.asset_id})\n{kind}, {facts['quantity']:,.0f} {facts['unit']}{where}.\n" + _wrapped(
            f"{self._criticality()}Condition at the end of {financial_year(base)}: {facts[f'plan_{base}']:.0f} out of "
            f"100. At the end of {financial_year(last)}: {facts[f'do_nothing_{last}']:.0f} if nothing is done, "
            f"{facts[f'plan_{last}']:.0f} with the plan."
        )

    def _criticality(self) -> str:
        """What closing its road costs, where it is known, and how much its condition counts where that is sought."""
        cost = self.facts.get("criticality", float("nan"))
        closing = "" if cost != cost else f"Closing its road would cost the traffic on it {pounds(cost)} a day. "
        counts = f"Its importance is {self.facts['importance']:.2f}. " if self.sought.by_importance else ""
        return closing + counts

    def _choice(self) -> str:
        first, last = financial_year(self.years[0]), financial_year(self.years[-1])
        span = first if first == last else f"{first} to {last}"
        cost = float(self.facts["cost"])
        does = f"{strategy_words(self.chosen)}, for {pounds(cost)}" if self.treated else f"nothing in {span}"
        lines = [f"The plan does: {does}.", f"Why: {self.reason}"]
        if self.fixed:
            lines.append(self.fixed)
        elif self.lead >= 0 and len(self.alternatives) > 1:
            lines.append(
                f"It is {gained(self.lead, self.sought.unit)} ahead of the next best choice, {self._runner_up()}."
            )
        if self.close:
            lines.append(
                f"Too close to call for certain: treating it or not makes a difference of "
                f"{gained(abs(self.margin), self.sought.unit)}, within the "
                f"{gained(self.open, self.sought.unit)} that the proof leaves open over the whole plan."
            )
        lines += self.notes
        return "\n".join(_wrapped(line) for line in lines)

    def _runner_up(self) -> str:
        others = self.alternatives[~self.alternatives["chosen"]]
        return strategy_words(str(others["strategy"].iloc[0]))

    def _turning(self) -> str:
        if not self.levers:
            return ""
        head = "What would have left it out" if self.treated else "What would have brought it in"
        levers = [_wrapped("- " + self._lever(lever), "  ") for lever in self.levers]
        return "\n".join([f"{head} (one thing at a time, all else as planned):", *levers])

    def _lever(self, lever: Lever) -> str:
        return {"cost": self._cost, "line": self._line, "condition": self._condition}[lever.of](lever)

    def _cost(self, lever: Lever) -> str:
        if lever.value is None or lever.share is None:
            return f"Cost: {'no price would have.' if self.treated else 'not even if the works were free.'}"
        now, does = pounds(lever.value / lever.share), strategy_words(lever.strategy)
        than = "more than" if self.treated else "at most"
        if pounds(lever.value) == now:
            return f"Cost: if {does} cost a little {'more' if self.treated else 'less'} than the {now} it would."
        share = f"{lever.share:.1%}" if 0.95 < lever.share < 1.05 else f"{lever.share:.0%}"
        return f"Cost: if {does} cost {than} {pounds(lever.value)} in place of {now} ({share})."

    def _line(self, lever: Lever) -> str:
        if lever.value is None:
            return f"Money: {self._no_money(lever)}"
        label = self.labels.get(lever.line, lever.line.replace("_", " "))
        much = "less" if self.treated else "more"
        if abs(lever.value) < 0.5:
            return f"Money: next to any {'cut to' if self.treated else 'addition to'} the money for {label}."
        moved = {year: by for year, by in lever.by_year.items() if abs(by) >= 0.5}
        split = ", ".join(f"{pounds(abs(by))} in {financial_year(year)}" for year, by in moved.items())
        same = all((by > 0) == (lever.value > 0) for by in moved.values())
        phased = f" ({split})" if same else " over the plan, phased as would then be best"
        return f"Money: about {pounds(abs(lever.value))} {much} for {label}{phased}."

    def _no_money(self, lever: Lever) -> str:
        label = self.labels.get(lever.line, lever.line.replace("_", " "))
        others = and_list(lever.instead)
        if self.treated and others:
            return f"no cut to its budget by itself would have; what it competes for is {others}."
        if self.treated:
            return f"no cut to {label} by itself would have." if lever.line else "its budget is not short of money."
        if others:
            return f"more money for its budget would not have; what holds it back is {others}."
        return "more of it would not have: these works are not worth what they cost."

    def _condition(self, lever: Lever) -> str:
        today = float(self.facts[f"plan_{self.years[0] - 1}"])
        if lever.value is None:
            why = f" ({lever.note})" if lever.note else ""
            return f"Condition: at no {'better' if self.treated else 'worse'} condition{why}."
        apart = abs(today - lever.value)
        side = "better" if self.treated else "worse"
        then = "" if self.treated else f", for {strategy_words(lever.strategy)}"
        return f"Condition: at {lever.value:.1f} today in place of {today:.1f}, {apart:.1f} points {side}{then}."

    def _table(self) -> str:
        if len(self.alternatives) < 2:
            return ""
        shown = self.alternatives.head(_SHOWN)
        if not shown["chosen"].any():
            shown = self.alternatives[self.alternatives["chosen"] | self.alternatives.index.isin(shown.index[:-1])]
        rows: list[tuple[str, ...]] = [("choice", "cost £", "benefit £", f"net {self.sought.unit}")]
        for row in shown.to_dict("records"):
            name = strategy_words(row["strategy"]) + (" (chosen)" if row["chosen"] else "")
            rows.append((name, *(f"{round(row[key]) + 0:,}" for key in ("cost", "benefit", "net"))))
        last = max(10, len(rows[0][3]))
        first = min(max(len(row[0]) for row in rows), _WIDTH - 2 * 12 - 2 - last)
        lines = [line for row in rows for line in _row(row, first, last)]
        rest = len(self.alternatives) - len(shown)
        more = [f"… and {rest} more, all worth less"] if rest else []
        net = f"is the {self.sought.counted}, less" if self.sought.counted else "takes off"
        note = _wrapped(
            f"Benefit is what is saved over the asset's life, the works paid for. Net {net} what the money, and "
            "whatever else is limited, would bring elsewhere: the plan looks for the largest net."
        )
        return "\n".join(["The choices, best first:", note, "", lines[0], "-" * len(lines[0]), *lines[1:], *more])


def _row(row: tuple[str, ...], first: int, last: int) -> list[str]:
    """A choice and its figures, the name on as many lines as it needs."""
    name, *more = textwrap.wrap(row[0], first, subsequent_indent="  ")
    return [f"{name.ljust(first)}  {row[1]:>10}  {row[2]:>10}  {row[3]:>{last}}", *more]


def _wrapped(text: str, indent: str = "") -> str:
    return "\n".join(textwrap.wrap(text, _WIDTH, subsequent_indent=indent))
