"""Rules that join several keys of bids and receipts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import get_args

from assetplan.config.bids import Bid, Criterion, Sale
from assetplan.config.plan import Plan

KeyFaults = Iterator[tuple[str, str, str]]
TWICE = "is there more than once"


def bid_faults(plan: Plan) -> KeyFaults:
    """Key, value and rule of every fault of what a plan says of bids."""
    names: set[tuple[str, str]] = set()
    for i, bid in enumerate(plan.bids, 1):
        if (bid.name, bid.variant) in names:
            yield f"bids[{i}].name", bid.name, TWICE
        names.add((bid.name, bid.variant))
        for key, value, rule in faults_of_bid(plan, bid):
            yield f"bids[{i}].{key}", value, rule
    yield from _contingency(plan)
    yield from _disposals(plan)
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
        return
    if not bid.criteria:
        yield "criteria", "", f"a bid meets at least one criterion: {', '.join(get_args(Criterion))}"
    yield from _starts(plan, bid)
    first_cost = next(k for k, amount in enumerate(_in_years(bid.costs.values())) if amount)
    if (bid.earliest or plan.first_year) + first_cost > plan.plan_years[-1]:
        rule = f"the first cost falls {first_cost} years after the start, and so after the plan years"
        yield "costs", "", rule
    yield from _revenue(bid, first_cost)
    yield from _funding(plan, bid)
    yield from _links(bid)
    for key, other in (("instead_of", "treatment"), ("treatment", "instead_of")):
        if getattr(bid, key) and not getattr(bid, other):
            yield other, "", f"is needed with {key}: which treatment of which assets does it stand in for?"
    if (bid.benefit or bid.benefits) and not bid.source.strip():
        yield "source", "", "a benefit that is stated needs its source"
    if bid.gate and bid.gate not in [gate.name for gate in plan.gates]:
        there = ", ".join(gate.name for gate in plan.gates) or "none"
        yield "gate", bid.gate, f"must be one of the plan's [[gates]]; there are {there}"


def _in_years(profiles: Iterable[tuple[float, ...]]) -> list[float]:
    """Sum of some profiles by year."""
    return [sum(amounts) for amounts in zip_longest(*profiles, fillvalue=0.0)]


def _revenue(bid: Bid, first_cost: int) -> KeyFaults:
    """Savings that start before the works, and keys that belong to a saving where there is none."""
    early = f"a saving starts before the works, whose first cost is in year {first_cost} from the start"
    if bid.saving_from is not None and bid.saving and bid.saving_from < first_cost:
        yield "saving_from", str(bid.saving_from), early
    if any(amount > 0 for amount in bid.revenue[:first_cost]):
        yield "revenue", ";".join(f"{amount:g}" for amount in bid.revenue), early
    for key in ("saving_from", "saving_years"):
        if getattr(bid, key) is not None and not bid.saving:
            yield key, str(getattr(bid, key)), "belongs to a saving, and this bid has none"
    if bid.saving_confirmed and not (bid.saving or any(amount > 0 for amount in bid.revenue)):
        yield "saving_confirmed", "", "belongs to a saving, and this bid has none"


def _funding(plan: Plan, bid: Bid) -> KeyFaults:
    """Funding of its own that has no source to come from, comes without its match, or is more than the cost."""
    if any(bid.receipts) and bid.receipts_stage is None and bid.receipts_probability is None:
        yield "receipts_stage", "", "receipts need a stage or a probability: how likely are they?"
    of = {"receipts_stage": "receipts", "receipts_probability": "receipts", "grants_probability": "grants"}
    of |= {"contributions_probability": "contributions", "match": "contributions"}
    for key, money in of.items():
        if getattr(bid, key) is not None and not any(getattr(bid, money)):
            yield key, str(getattr(bid, key)), f"belongs to {money}, and this bid has none"
    cost = _in_years(bid.costs.values())
    own = _in_years([bid.grants, bid.contributions])
    for k, (paid, came) in enumerate(zip_longest(cost, own, fillvalue=0.0)):
        if came > paid * (1 + 1e-9):
            key = "grants" if any(bid.grants) else "contributions"
            rule = (
                f"is {came:g} in year {k} from the start with all that comes, more than that year's cost of {paid:g} "
                f"({plan.envelope.unit})"
            )
            yield key, f"{came:g}", rule
    matched = sum(cost) - sum(own)
    if bid.match is not None and any(bid.contributions) and matched < bid.match * (1 - 1e-9):
        rule = f"the contributions ask for more own money than this variant has, {matched:g} ({plan.envelope.unit})"
        yield "match", f"{bid.match:g}", rule


def _links(bid: Bid) -> KeyFaults:
    """Other bids that a variant cannot depend on so."""
    for key in ("needs", "excludes", "follows"):
        if bid.name in getattr(bid, key):
            yield key, bid.name, "is the bid itself"
    for name in sorted({*bid.needs, *bid.follows} & set(bid.excludes)):
        yield "excludes", name, "this variant needs what it excludes"


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
            yield f"disposals.sales[{i}].premises", sale.premises, TWICE
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
