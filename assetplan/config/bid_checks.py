"""Rules that join several keys of bids and receipts."""

from __future__ import annotations

from collections.abc import Iterator

from assetplan.config.bids import Bid, Sale
from assetplan.config.plan import Plan

KeyFaults = Iterator[tuple[str, str, str]]


def bid_faults(plan: Plan) -> KeyFaults:
    """Key, value and rule of every fault of what a plan says of bids."""
    names: set[str] = set()
    for i, bid in enumerate(plan.bids, 1):
        if bid.name in names:
            yield f"bids[{i}].name", bid.name, "is there more than once"
        names.add(bid.name)
        for key, value, rule in faults_of_bid(plan, bid):
            yield f"bids[{i}].{key}", value, rule
    yield from _contingency(plan)
    yield from _disposals(plan)
    if plan.spent is not None and (plan.bids or plan.tables.bids or plan.disposals):
        rule = "a plan with bids cannot be planned again after years that are spent: leave one of them out"
        yield "spent.from", plan.spent.from_, rule
    yield from _receipts(plan)


def faults_of_bid(plan: Plan, bid: Bid) -> KeyFaults:
    """Faults of one bid, by its own keys.

    Parameters
    ----------
    plan : Plan
    bid : Bid; of the plan file or of the table of bids
    """
    for line in bid.costs:
        if line not in plan.envelope.lines:
            yield "costs", line, "the envelope has no such line"
    if not any(any(amounts) for amounts in bid.costs.values()):
        yield "costs", "", "a bid has a cost: state what a budget line pays in each year from its start"
    yield from _starts(plan, bid)
    if any(bid.receipts) and bid.stage is None and bid.probability is None:
        yield "stage", "", "receipts need a stage or a probability: how likely are they?"
    for key in ("stage", "probability"):
        if getattr(bid, key) is not None and not any(bid.receipts):
            yield key, str(getattr(bid, key)), "belongs to receipts, and this bid has none"
    if bid.saving_years is not None and not bid.saving:
        yield "saving_years", str(bid.saving_years), "belongs to a saving, and this bid has none"


def _contingency(plan: Plan) -> KeyFaults:
    held: dict[str, float] = {}
    for i, row in enumerate(plan.contingency, 1):
        if row.line not in plan.envelope.lines:
            yield f"contingency[{i}].line", row.line, "the envelope has no such line"
            continue
        held[row.line] = held.get(row.line, 0.0) + row.number * row.chance * row.cost
        money = sum(plan.envelope.lines[row.line])
        if held[row.line] > money:
            rule = f"is expected to cost {held[row.line]:g} with what else the line holds, which has {money:g} in all"
            yield f"contingency[{i}]", row.name, rule


def _disposals(plan: Plan) -> KeyFaults:
    if plan.disposals is None:
        return
    if plan.disposals.line not in plan.envelope.lines:
        yield "disposals.line", plan.disposals.line, "the envelope has no such line"
    seen: set[str] = set()
    for i, sale in enumerate(plan.disposals.sales, 1):
        if sale.premises in seen:
            yield f"disposals.sales[{i}].premises", sale.premises, "is there more than once"
        seen.add(sale.premises)
        for key, value, rule in _starts(plan, sale):
            yield f"disposals.sales[{i}].{key}", value, rule


def _starts(plan: Plan, of: Bid | Sale) -> KeyFaults:
    """Years in which something may begin that are none of the plan's, or none at all."""
    first, last = plan.plan_years[0], plan.plan_years[-1]
    for key in ("earliest", "latest"):
        year = getattr(of, key)
        if year is not None and not first <= year <= last:
            yield key, str(year), f"must be one of the plan's years, {first} to {last}"
    if (of.earliest or first) > (of.latest or last):
        yield "latest", str(of.latest or last), f"is before the earliest year, {of.earliest}"


def _receipts(plan: Plan) -> KeyFaults:
    for line in plan.receipts.lines or ():
        if line not in plan.envelope.lines:
            yield "receipts.lines", line, "the envelope has no such line"
    of_type = [source.name for source in plan.sources if source.type == "receipt"]
    if plan.receipts.source and plan.receipts.source not in of_type:
        there = f"; there are {', '.join(of_type)}" if of_type else ""
        yield "receipts.source", plan.receipts.source, f'must be one of [[sources]] of type "receipt"{there}'
    bring = plan.disposals is not None or any(any(bid.receipts) for bid in plan.bids)
    if plan.sources and not plan.receipts.source and bring:
        rule = 'must name the source, of type "receipt", that receipts add to: every pound has a source'
        yield "receipts.source", "", rule
