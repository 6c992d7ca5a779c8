"""What would have turned a bid's choice, one thing at a time, each solved again."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field

from assetplan.display import Shown
from assetplan.programme.words import gained
from assetplan.words import financial_year, plural, pounds

BENEFIT, FUNDING, MONEY, LINK = "benefit", "own funding", "money", "link"
CONFIRMED = "confirmed by solving again"
_WIDTH = 80


@dataclass(frozen=True, repr=False)
class BidLever(Shown):
    """One thing that, changed by itself, would have turned the choice of a bid.

    Attributes
    ----------
    of : str; "benefit", "own funding", "money" of budget lines, or a "link" with another bid
    amount : float or None
        Benefit more, or of a bid that is done less (unit of what the plan seeks, present value); own funding or money
        more (£); None where no amount that was tried turns the choice, and of a link.
    least, most : float or None
        Benefit only: what is proved not to be enough, and what is proved to be. Own funding only, `least`: the most
        that was tried and is not enough (£).
    by_year : mapping of (str, int) → float; money only: more by budget line and year (£)
    what : str; link only: it in words, as "Hall needs School"
    reached, without : float or None
        What the plan brings with the bid done, and with it left out, as solved with this change, but for benefit that
        it lacks (unit of what the plan seeks); None where no choice meets the limits.
    """

    of: str
    amount: float | None = None
    least: float | None = None
    most: float | None = None
    by_year: dict[tuple[str, int], float] = field(default_factory=dict, hash=False)
    what: str = ""
    reached: float | None = None
    without: float | None = None

    @property
    def turns(self) -> bool:
        """Whether the plan solved with this change brings as much with the bid as without it."""
        if self.reached is None or self.without is None:
            return False
        return self.of == BENEFIT or self.reached >= self.without


@dataclass(frozen=True, repr=False)
class BidLevers(Shown):
    """What would have turned the choice of a bid.

    Attributes
    ----------
    bid : str; its name
    done : bool; whether the plan does it
    fixed : bool; whether it leaves no choice: it is mandatory, or begun before
    levers : tuple of BidLever
    open : float; how far from best the plan may be (in `unit`): differences of less are not certain
    solves : int; how many times the plan was solved again
    unit : str; of what the plan seeks
    """

    bid: str
    done: bool
    fixed: bool
    levers: tuple[BidLever, ...]
    open: float
    solves: int
    unit: str

    def text(self) -> str:
        """The levers in plain words, a line each."""
        if self.fixed:
            return "It is mandatory, or begun or firm before: nothing would have left it out."
        if not self.levers:
            return "Nothing could have left it out: no programme without it meets the limits."
        head = "What would have left it out" if self.done else "What would have brought it in"
        lines = [f"{head}, by itself, all else as planned (solved again {plural(self.solves, 'time')}):"]
        lines += [f"- {self._words(lever)}" for lever in self.levers]
        lines.append(
            f"The plan is within {gained(self.open, self.unit)} of the best possible: what differs by less is not "
            "certain."
        )
        return "\n".join(textwrap.fill(line, _WIDTH, subsequent_indent="  " * (line[0] == "-")) for line in lines)

    def _words(self, lever: BidLever) -> str:
        if lever.of == BENEFIT:
            amounts = (lever.amount or 0.0, lever.least or 0.0, lever.most or 0.0)
            amount, least, most = (gained(each, self.unit) for each in amounts)
            proved = f"more than {least} and no more than {most}" if lever.least else f"{most} at most"
            proved = CONFIRMED if least == most else f"{CONFIRMED}; proved: {proved}"
            return f"Benefit: {amount} {'less' if self.done else 'more'} as a present value ({proved})."
        short = "no choice with it meets the limits"
        if lever.reached is not None and lever.without is not None and not lever.turns:
            short = f"the plan would bring {gained(lever.without - lever.reached, self.unit)} less with it than without"
        if lever.of == LINK:
            return f"Without “{lever.what}”: {CONFIRMED if lever.turns else f'not by that alone; {short}'}."
        if lever.of == FUNDING:
            if lever.amount is None:
                return f"Own funding: not even of all that lines would pay; {short}."
            less = f"; {pounds(lever.least)} is not enough" if lever.least else ""
            return f"Own funding: {pounds(lever.amount)} ({CONFIRMED}{less})."
        if lever.amount is None:
            tried = "its lines are not short of money" if lever.without is None else short
            return f"Money: no sum that was tried; {tried}."
        split = ", ".join(
            f"{pounds(by)} for {line.replace('_', ' ')} in {financial_year(year)}"
            for (line, year), by in lever.by_year.items()
        )
        return f"Money: {pounds(lever.amount)} more, whoever takes it ({split}; {CONFIRMED})."
