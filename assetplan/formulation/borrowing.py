"""What is drawn of each borrowing facility each year, within what the council can bear: `[[borrowing]]`, `[treasury]`.

A drawdown is a flow in prices of the first year, as works are; loans, income and the council's limits are cash, so a
drawdown of year v bears (1 + inflation)^v in their rows.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from assetplan._types import Bools, Floats
from assetplan.config import Borrowing, Plan
from assetplan.finance import Ceiling, by_draw, ceilings, charges, horizon, in_first_year_prices, price_of_years
from assetplan.finance.maturity import due_without, falls_due
from assetplan.finance.treasury import DEBT_COST
from assetplan.formulation.bids import BidOptions
from assetplan.formulation.confirmed_savings import savings_of_works
from assetplan.formulation.constraints import Basis, Constraints, Entries, Flow, LimitRow
from assetplan.inputs.load import Inputs
from assetplan.limits import FlowKey, LimitKey

# Upper bound of a flow as a multiple of what its limits allow: so the row of a limit binds, and has the price, not the
# bound. A larger one would coarsen the rounding of the row.
BOUND_SHARE = 1.25
# Share by which the limits of two years may differ and still count as the same.
_ALIKE = 1e-12
# What rounding to pennies may add to a sum over facilities and years [£].
_PENNIES = 1.0


def drawdowns(basis: Basis) -> Constraints:
    """The flows that draw, and the limits on what they come to in the plan's years and after."""
    inputs, plan = basis.inputs, basis.inputs.plan
    if not plan.borrowing:
        return Constraints()
    price = price_of_years(plan)
    most = most_spent(basis)
    rows: list[LimitRow] = []
    uses: dict[tuple[str, int], list[tuple[LimitKey, float]]] = {}
    room = np.full((len(plan.borrowing), plan.years), np.inf)
    entries: list[Entries] = []
    of_works = savings_of_works(inputs, basis.options, basis.sold, horizon(plan))
    most_of_works = of_works.most(basis.options.starts)
    for ceiling in ceilings(plan, horizon(plan)):
        cost = _uses(inputs, ceiling)
        caps = _allowing_the_past(inputs, cost, ceiling.room)
        saved = confirmed_savings(plan, basis.bids, len(ceiling.room)) * (ceiling.name == DEBT_COST)
        pays = ceiling.name == DEBT_COST
        most_saved = basis.bids.most(saved) + most_of_works * pays
        profiles = np.concatenate([saved, of_works.profiles * pays])
        for year in np.flatnonzero(_needed(cost, ceiling.room, plan.years, profiles)):
            when = plan.first_year + int(year)
            key = LimitKey("affordability", ceiling.name, year=when)
            row = LimitRow(key, f"{ceiling.words} {when}", "£ of the day", cap=float(caps[year]))
            saving = np.concatenate([of_works.of_year(int(year)) * pays, saved[:, year]])
            saves = np.flatnonzero(saving)
            entries.append(Entries(saves, np.full(len(saves), len(rows), dtype=np.intp), -saving[saves]))
            rows.append(row)
            for place, facility in enumerate(plan.borrowing):
                for draw in range(plan.years):
                    if (use := float(cost[year, place, draw] * price[draw])) > 0:
                        uses.setdefault((facility.name, draw), []).append((key, use))
                        room[place, draw] = min(room[place, draw], max(row.cap + most_saved[year], 0.0) / use)
    for row, takes_of in _maturity_rows(basis):
        rows.append(row)
        for place, facility in enumerate(plan.borrowing):
            for draw, use in enumerate((takes_of[place] * price).tolist()):
                if use:
                    uses.setdefault((facility.name, draw), []).append((row.key, use))
    flows: list[Flow] = []
    for number, facility in enumerate(plan.borrowing, 1):
        limit, total = _own_limit(inputs, facility, number)
        rows += [] if total is None else [total]
        gave = inputs.gave(facility.name)
        for draw, when in enumerate(plan.plan_years):
            drawn = LimitKey("funding", source=facility.name, year=when)
            takes = ((drawn, -1.0), *uses.get((facility.name, draw), ()))
            if total is not None:
                takes = (*takes, (total.key, float(price[draw])))
            low, high = 0.0, float(min(limit[draw], most[draw], BOUND_SHARE * room[number - 1, draw]))
            if draw < inputs.past:  # what was drawn is drawn
                low = high = float(gave[draw])
            drawdown = FlowKey("drawdown", source=facility.name, year=when)
            flows.append(Flow(drawdown, high, takes, charges(facility, draw).total * float(price[draw]), low))
    return Constraints(tuple(rows), Entries.stack(entries), tuple(flows))


def confirmed_savings(plan: Plan, bids: BidOptions, n_years: int) -> Floats:
    """What confirmed savings of each option of bids may pay for debt in each year, cash, (n, n_years) [£].

    They pay for it as confirmed income does, where the bid is done alone. Prices after the plan stay as those of its
    last year, as income does.

    Parameters
    ----------
    plan, bids : Plan, BidOptions; the plan, and its bids
    n_years : int; years from the plan's first
    """
    price = price_of_years(plan)
    return bids.confirmed_saving(n_years) * np.pad(price, (0, n_years - len(price)), mode="edge")


def _maturity_rows(basis: Basis) -> Iterator[tuple[LimitRow, Floats]]:
    """Shares of debt that may fall due in each band, and what £1 drawn uses of each row, (n_facilities, n_draws).

    Of the debt at the end of year t, with d drawn, band b: due_b(d) + due_b without the plan is at most its share of
    all bands together: linear in d.
    """
    plan = basis.inputs.plan
    bands, before = plan.treasury.maturity, due_without(plan)
    if not plan.treasury.maturity_binds:
        return
    due = np.array([falls_due(facility, bands, plan.years, plan.years) for facility in plan.borrowing])
    for number, band in enumerate(bands):
        for year in range(basis.inputs.past, plan.years):
            mine, every = due[:, number, year], due[:, :, year].sum(axis=1)
            for side, share, sign in (("at most", band.at_most, 1.0), ("at least", band.at_least, -1.0)):
                if share == (1.0 if sign > 0 else 0.0):
                    continue
                when = plan.first_year + year
                key = LimitKey("maturity", f"debt due in {band.words}", year=when, side=side)
                room = sign * (share * before.sum() - before[number])
                words = f"treasury.maturity[{number + 1}] {side.replace(' ', '_')} {when}"
                yield LimitRow(key, words, "£ of the day", cap=float(room)), sign * (mine - share * every)


def most_spent(basis: Basis) -> Floats:
    """More than all works together can cost in each year, (n_years,): by their own cost, and by the lines' money."""
    options, limits, envelope = basis.options, basis.inputs.limits, basis.inputs.plan.envelope
    works = np.maximum.reduceat(options.cost, options.starts[:-1], axis=0).sum(axis=0) + basis.bids.most_paid
    works = works + np.bincount(basis.mandatory.year, basis.mandatory.cost, len(works))
    share = np.array([envelope.share("carry_over", line) for line in limits.lines])
    lines = limits.amount.sum(axis=0)
    lines[1:] += share @ limits.amount[:, :-1]
    return np.minimum(works, lines + basis.bids.most_received(price_of_years(basis.inputs.plan)))


def _uses(inputs: Inputs, ceiling: Ceiling) -> Floats:
    """What £1 drawn of each facility in each year adds to a limit by year, cash, (n_years, n_facilities, n_draws)."""
    plan = inputs.plan
    out = np.zeros((len(ceiling.room), len(plan.borrowing), plan.years))
    for place, facility in enumerate(plan.borrowing):
        if not ceiling.internal or facility.type == "internal" or facility.cash_rate is not None:
            out[:, place] = by_draw(facility, ceiling.of, plan.years, len(ceiling.room))
    return out


def _allowing_the_past(inputs: Inputs, cost: Floats, room: Floats) -> Floats:
    """Room of each year, and at least what was drawn already takes in years that are past (cash, (n_years,)).

    In a year to come what was drawn must still be borne; but for pennies, to which an earlier programme is kept.
    """
    plan, past = inputs.plan, inputs.past
    drawn = np.array([inputs.gave(facility.name) for facility in plan.borrowing]) * price_of_years(plan)[:past]
    taken = np.einsum("ywd,wd->y", cost[:, :, :past], drawn)
    over = np.arange(len(room)) < past
    return np.where(over | (taken - room < _PENNIES), np.maximum(room, taken), room)


def _needed(cost: Floats, room: Floats, plan_years: int, saved: Floats) -> Bools:
    """The plan's years, and later ones that no other year's limit implies, (n_years,)."""
    flat = np.hstack([cost.reshape(len(room), -1), -saved.T])
    keep = np.ones(len(room), dtype=bool)
    for year in range(len(room) - 1, plan_years - 1, -1):
        others = keep.copy()
        others[year] = False
        tighter = (flat >= flat[year] - _ALIKE).all(axis=1) & (room <= room[year] + _ALIKE * abs(room[year]))
        keep[year] = not (tighter & others).any()
    return keep


def _own_limit(inputs: Inputs, facility: Borrowing, number: int) -> tuple[Floats, LimitRow | None]:
    """Most that may be drawn in each year (prices of the first), and the limit on all years together."""
    plan = inputs.plan
    if isinstance(facility.at_most, tuple):
        return in_first_year_prices(plan, facility.at_most), None
    free = np.full(plan.years, np.inf)
    if facility.at_most is None:
        return free, None
    cap = facility.at_most * plan.envelope.pounds
    key = LimitKey("source", source=facility.name, side="at most")
    return free, LimitRow(key, f'borrowing[{number}] "{facility.name}" at_most', "£ of the day", cap=cap)
