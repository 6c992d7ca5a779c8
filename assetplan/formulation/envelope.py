"""The envelope's own limits: lines, floors, carry-over, virement, and the preventative share."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from assetplan.config.inflation import rises
from assetplan.finance import in_first_year_prices
from assetplan.formulation.constraints import Basis, Constraints, Entries, Flow, LimitRow
from assetplan.formulation.mandatory import MandatoryUse
from assetplan.formulation.past import spent_by_line
from assetplan.inputs.load import Inputs
from assetplan.limits import FlowKey, LimitKey


def line_caps(basis: Basis) -> Constraints:
    """What each line may spend in each year: `envelope.lines`; where it is spent already, no less than that."""
    limits, works, mandatory = basis.inputs.limits, basis.works, basis.mandatory
    past = spent_by_line(basis.inputs, works, basis.starts)
    amounts = limits.amount.copy()
    amounts[:, : past.shape[1]] = np.maximum(amounts[:, : past.shape[1]], past)
    rows = tuple(
        LimitRow(key, f"envelope.lines.{key}", "£", cap=float(amount))
        for key, amount in zip(limits.keys, amounts.ravel(), strict=True)
    )
    place = {line: code for code, line in enumerate(limits.lines)}
    line = works.treatments["line"].map(place).to_numpy(dtype=np.intp)
    entries = Entries(works.option, line[works.treatment] * len(limits.years) + works.year, works.cost)
    first = mandatory.uses(np.ones(len(mandatory.cost), dtype=bool), None, mandatory.cost)
    return Constraints(rows, entries, mandatory=tuple(first))


def line_floors(basis: Basis) -> Constraints:
    """What each line must spend in each year: `envelope.floors`.

    Years that are past have none. Rows of their own: money carried over or moved away counts against a line's cap, but
    is not spent.
    """
    inputs, works, plan = basis.inputs, basis.works, basis.inputs.plan
    rows: list[LimitRow] = []
    entries: list[Entries] = []
    first: list[MandatoryUse] = []
    for line, amounts in plan.envelope.floors.items():
        due = (basis.mandatory.table["line"] == line).to_numpy(dtype=bool)
        mine = (works.treatments["line"] == line).to_numpy(dtype=bool)[works.treatment]
        for place, amount in enumerate(in_first_year_prices(plan, amounts)):
            if amount > 0 and place >= inputs.past:
                year = plan.first_year + place
                words = f"envelope.floors.{line} {year}"
                entries.append(basis.entries(mine & (works.year == place), len(rows), works.cost))
                key = LimitKey("line floor", line=line, year=year, side="at least")
                rows.append(LimitRow(key, words, "£", floor=float(amount)))
                first += basis.mandatory.uses(due & (basis.mandatory.year == place), key, basis.mandatory.cost)
    return Constraints(tuple(rows), Entries.stack(entries), mandatory=tuple(first))


def carry_over(basis: Basis) -> Constraints:
    """Money of a line left to its next year, within a share of the year's own amount: `envelope.carry_over`."""
    return Constraints(flows=tuple(_carried(basis.inputs)))


def _carried(inputs: Inputs) -> Iterator[Flow]:
    envelope, limits = inputs.plan.envelope, inputs.limits
    # A cash pound kept for a year buys less work when it is spent.
    stated = rises(envelope.inflation)
    for line, amounts in zip(limits.lines, limits.amount, strict=True):
        share = envelope.share("carry_over", line)
        for place, (year, amount) in enumerate(zip(limits.years[:-1], amounts[:-1], strict=True)):
            worth = 1 / (1 + stated[min(place, len(stated) - 1)])
            if share * amount > 0:
                left, next_year = (LimitKey("line", line=line, year=when) for when in (year, year + 1))
                key = FlowKey("carry-over", line=line, year=year, to_year=year + 1)
                yield Flow(key, share * amount, ((left, 1.0), (next_year, -worth)))


def virement(basis: Basis) -> Constraints:
    """Money moved between lines within a year, out of a line within a share of its amount: `envelope.virement`."""
    envelope, limits = basis.inputs.plan.envelope, basis.inputs.limits
    share = np.array([envelope.share("virement", line) for line in limits.lines])
    out = share[:, None] * limits.amount
    rows: list[LimitRow] = []
    flows: list[Flow] = []
    for place, year in enumerate(limits.years):
        total = float(out[:, place].sum())
        if total <= 0:
            continue
        moved = LimitKey("virement", year=year)
        rows.append(LimitRow(moved, f"envelope.virement {year}", "£", cap=0.0))
        for line, high in zip(limits.lines, out[:, place], strict=True):
            # What a line gives itself is nothing, so it takes in no more than the others may give.
            for direction, most, sign in (("out", float(high), 1.0), ("in", total - float(high), -1.0)):
                if most > 0:
                    key = FlowKey("virement", line=line, year=year, direction=direction)
                    uses = ((LimitKey("line", line=line, year=year), sign), (moved, -sign))
                    flows.append(Flow(key, most, uses))
    return Constraints(tuple(rows), flows=tuple(flows))


def preventative_share(basis: Basis) -> Constraints:
    """Least and most share of spend that is preventative: `envelope.preventative`.

    Σ preventative cost − share · Σ cost is at least, or at most, zero.
    """
    works, plan = basis.works, basis.inputs.plan
    rule = plan.envelope.preventative
    if rule is None:
        return Constraints()
    selected = works.where(rule)
    preventative = (works.treatments["kind"] == "preventative").to_numpy(dtype=float)[works.treatment]
    rows: list[LimitRow] = []
    entries: list[Entries] = []
    for place in range(plan.years) if rule.each_year else [None]:
        mine = selected if place is None else selected & (works.year == place)
        year = 0 if place is None else plan.first_year + place
        for field, side, share in (("min", "at least", rule.min), ("max", "at most", rule.max)):
            if share is None:
                continue
            bound = {"floor": 0.0} if field == "min" else {"cap": 0.0}
            words = f"envelope.preventative.{field}" + (f" {year}" if year else "")
            entries.append(basis.entries(mine, len(rows), works.cost * (preventative - share)))
            key = LimitKey("preventative", "preventative share", year=year, side=side)
            rows.append(LimitRow(key, words, "£", **bound))
    return Constraints(tuple(rows), Entries.stack(entries))
