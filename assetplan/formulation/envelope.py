"""The envelope's own limits: lines, floors, carry-over, virement, and the preventative share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from assetplan._types import Floats
from assetplan.finance import in_first_year_prices
from assetplan.formulation.formulation import Entries, Flow, Part, Row
from assetplan.formulation.works import Works
from assetplan.inputs.load import Inputs


def line_caps(inputs: Inputs, works: Works, past: Floats) -> Part:
    """What each line may spend in each year: `envelope.lines`; where it is spent already, no less than that.

    Parameters
    ----------
    past : array (n_lines, n_past)
        What was spent in the years that are past (£).
    """
    limits = inputs.limits
    amounts = limits.amount.copy()
    amounts[:, : past.shape[1]] = np.maximum(amounts[:, : past.shape[1]], past)
    rows = tuple(
        Row(name, f"envelope.lines.{name}", "£", "line", cap=float(amount))
        for name, amount in zip(limits.names, amounts.ravel(), strict=True)
    )
    place = {line: code for code, line in enumerate(limits.lines)}
    line = works.treatments["line"].map(place).to_numpy(dtype=np.intp)
    return Part(rows, Entries(works.option, line[works.treatment] * len(limits.years) + works.year, works.cost))


def line_floors(inputs: Inputs, works: Works) -> Part:
    """What each line must spend in each year: `envelope.floors`.

    Years that are past have none. Rows of their own: money carried over or moved away counts against a line's cap, but
    is not spent.
    """
    plan = inputs.plan
    rows: list[Row] = []
    entries: list[Entries] = []
    for line, amounts in plan.envelope.floors.items():
        mine = (works.treatments["line"] == line).to_numpy(dtype=bool)[works.treatment]
        for place, amount in enumerate(in_first_year_prices(plan, amounts)):
            if amount > 0 and place >= inputs.past:
                year = plan.first_year + place
                words = f"envelope.floors.{line} {year}"
                entries.append(_entries(works, mine & (works.year == place), len(rows), works.cost))
                rows.append(Row(f"{line} {year} at least", words, "£", "line floor", floor=float(amount)))
    return Part(tuple(rows), Entries.stack(entries))


def carry_over(inputs: Inputs) -> Part:
    """Money of a line left to its next year, within a share of the year's own amount: `envelope.carry_over`."""
    return Part(flows=tuple(_carried(inputs)))


def _carried(inputs: Inputs) -> Iterator[Flow]:
    envelope, limits = inputs.plan.envelope, inputs.limits
    # A cash pound kept for a year buys less work when it is spent.
    worth = 1 / (1 + envelope.inflation)
    for line, amounts in zip(limits.lines, limits.amount, strict=True):
        share = envelope.share("carry_over", line)
        for year, amount in zip(limits.years[:-1], amounts[:-1], strict=True):
            if share * amount > 0:
                uses = ((f"{line} {year}", 1.0), (f"{line} {year + 1}", -worth))
                facts: Mapping[str, str | int] = {"line": line, "year": year, "to_year": year + 1}
                yield Flow(f"{line} carried from {year} to {year + 1}", "carry-over", share * amount, uses, facts)


def virement(inputs: Inputs) -> Part:
    """Money moved between lines within a year, out of a line within a share of its amount: `envelope.virement`."""
    envelope, limits = inputs.plan.envelope, inputs.limits
    share = np.array([envelope.share("virement", line) for line in limits.lines])
    out = share[:, None] * limits.amount
    rows: list[Row] = []
    flows: list[Flow] = []
    for place, year in enumerate(limits.years):
        total = float(out[:, place].sum())
        if total <= 0:
            continue
        name = f"virement {year}"
        rows.append(Row(name, f"envelope.virement {year}", "£", "virement", cap=0.0))
        for line, high in zip(limits.lines, out[:, place], strict=True):
            # What a line gives itself is nothing, so it takes in no more than the others may give.
            for direction, most, sign in (("out", float(high), 1.0), ("in", total - float(high), -1.0)):
                if most > 0:
                    uses = ((f"{line} {year}", sign), (name, -sign))
                    facts: Mapping[str, str | int] = {"line": line, "year": year, "direction": direction}
                    flows.append(Flow(f"{line} {direction} {year}", "virement", most, uses, facts))
    return Part(tuple(rows), flows=tuple(flows))


def preventative_share(inputs: Inputs, works: Works) -> Part:
    """Least and most share of spend that is preventative: `envelope.preventative`.

    Σ preventative cost − share · Σ cost is at least, or at most, nought.
    """
    rule = inputs.plan.envelope.preventative
    if rule is None:
        return Part()
    selected = works.where(rule)
    preventative = (works.treatments["kind"] == "preventative").to_numpy(dtype=float)[works.treatment]
    rows: list[Row] = []
    entries: list[Entries] = []
    for place in range(inputs.plan.years) if rule.each_year else [None]:
        mine = selected if place is None else selected & (works.year == place)
        when = "" if place is None else f" {inputs.plan.first_year + place}"
        for key, said, share in (("min", "at least", rule.min), ("max", "at most", rule.max)):
            if share is None:
                continue
            bound = {"floor": 0.0} if key == "min" else {"cap": 0.0}
            name, words = f"preventative share {said}{when}", f"envelope.preventative.{key}{when}"
            entries.append(_entries(works, mine, len(rows), works.cost * (preventative - share)))
            rows.append(Row(name, words, "£", "preventative", **bound))
    return Part(tuple(rows), Entries.stack(entries))


def _entries(works: Works, where: np.ndarray, row: int, amount: np.ndarray) -> Entries:
    found = np.flatnonzero(where)
    return Entries(works.option[found], np.full(len(found), row, dtype=np.intp), amount[found])
