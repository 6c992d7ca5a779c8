"""Rules of the money: what sources, borrowing, income and the council's limits must be to fit together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import accumulate, pairwise
from math import fsum

from assetplan.config.base import Amounts
from assetplan.config.envelope import Envelope, Range, Source
from assetplan.config.finance import Borrowing, MediumTerm, Treasury
from assetplan.config.plan import Plan

KeyFaults = Iterator[tuple[str, str, str]]

# Keys of a source that only one type of it has, and whether that type needs them.
_OF_TYPE = {
    "receipt": (("stage", "premises"), False),
    "contribution": (("site", "purpose"), True),
    "reserve": (("balance",), True),
}

# Types whose money may fail to come, so that it has a probability.
_MAY_FAIL = ("grant", "receipt", "contribution")

# References of the lines that the medium-term plan has of its own.
_RESERVED = ("DEBT", "total")
# What floats may leave of a sum of amounts, as a share of them.
_SLACK = 1e-9


def finance_faults(plan: Plan) -> KeyFaults:
    """Every fault between the keys of a plan that are about money."""
    yield from _profile(plan.envelope, plan.years)
    for i, source in enumerate(plan.sources, 1):
        yield from _source(f"sources[{i}]", source, plan)
    for i, facility in enumerate(plan.borrowing, 1):
        yield from _borrowing(f"borrowing[{i}]", facility)
    yield from _prices(plan)
    yield from _income(plan)
    yield from _treasury(plan.treasury, plan)
    yield from _maturity(plan.treasury)
    yield from _tables(plan)


def _profile(envelope: Envelope, years: int) -> KeyFaults:
    if not envelope.lines:
        yield "envelope.lines", "", "this key is missing (or else current and additional money by line)"
    for line in envelope.current:
        if line not in envelope.lines:
            rule = "has current money and nothing additional, nor lines: give 0 for each year if there is none"
            yield "envelope.additional", line, rule
    for line, added in envelope.additional.items():
        key = f"envelope.additional.{line}"
        sides = {"low": added.low, "high": added.high} if isinstance(added, Range) else {"": added}
        for side, amounts in sides.items():
            yield from _count(f"{key}.{side}".rstrip("."), amounts, years)
        if isinstance(added, Range) and any(low > high for low, high in zip(added.low, added.high, strict=False)):
            yield key, "", "low is above high"
    for table in ("below", "above"):
        for line in getattr(envelope, table):
            if line not in envelope.additional and line != "default":
                yield f"envelope.{table}", line, "the approved profile has no such line"
    for line, amounts in envelope.floors.items():
        most = envelope.lines.get(line, ())
        spent = [cap * (1 - kept) for cap, kept in zip(most, envelope.held_back(line, years), strict=False)]
        if any(least > cap * (1 + 1e-12) for least, cap in zip(amounts, spent, strict=False)):
            yield f"envelope.floors.{line}", "", "is above what the line may spend"


def _source(key: str, source: Source, plan: Plan) -> KeyFaults:
    for kind, (names, needed) in _OF_TYPE.items():
        for name in names:
            given = getattr(source, name) not in (None, "")
            if given and source.type != kind:
                yield f"{key}.{name}", str(getattr(source, name)), f"only a {kind} has one"
            elif needed and source.type == kind and not given:
                yield f"{key}.{name}", "", f"a {kind} needs one"
    if source.probability is not None and source.type not in _MAY_FAIL:
        yield f"{key}.probability", f"{source.probability:g}", "only a grant, a receipt or a contribution has one"
    if source.type == "receipt" and source.stage is None and source.probability is None:
        yield f"{key}.stage", "", "a receipt needs a stage or a probability: how likely is it?"
    if source.committed and source.type != "reserve":
        yield f"{key}.committed", "", "only a reserve has money promised to others"
    if source.least_balance and source.type != "reserve":
        yield f"{key}.least_balance", f"{source.least_balance:g}", "only a reserve has one"
    if source.type == "reserve":
        if source.committed:
            yield from _count(f"{key}.committed", source.committed, plan.years)
        committed = source.committed or (0.0,) * plan.years
        held, least = source.balance or 0.0, source.least_balance
        if least > held:
            yield f"{key}.least_balance", f"{least:g}", f"is above its balance of {held:g}"
            return
        left = accumulate((paid - out for paid, out in zip(source.amounts, committed, strict=False)), initial=0.0)
        for year, moved in zip(plan.plan_years, list(left)[1:], strict=False):
            if (balance := held + moved) < least - 1e-9:
                stays = f", in which {least:g} must stay" if least else ""
                yield f"{key}.committed", f"{balance:g}", f"overdraws the reserve at the end of {year}{stays}"
                break


def _borrowing(key: str, facility: Borrowing) -> KeyFaults:
    if facility.refinance is not None and (facility.method != "maturity" or facility.type == "internal"):
        yield f"{key}.refinance", "", "only a maturity loan is refinanced: others are paid off in their term"
    if facility.mrp_years is not None and facility.mrp == "reducing":
        yield f"{key}.mrp_years", str(facility.mrp_years), "a reducing balance is never wholly provided for"
    if facility.cash_rate is not None and facility.type == "internal":
        yield f"{key}.cash_rate", f"{facility.cash_rate:g}", "of internal borrowing that is its rate"
    if facility.mrp_rate is not None and facility.mrp == "equal":
        yield f"{key}.mrp_rate", f"{facility.mrp_rate:g}", "equal provision has no rate"
    if facility.drawn == "middle" and facility.per_year % 2:
        yield f"{key}.drawn", facility.drawn, "needs two or four payments a year"
    if facility.type == "internal":
        for name in ("method", "per_year"):
            if getattr(facility, name) != Borrowing.model_fields[name].default:
                yield f"{key}.{name}", str(getattr(facility, name)), "internal borrowing is not paid back to anybody"


def _prices(plan: Plan) -> KeyFaults:
    """Loans, taxes and limits are money of the day; they cannot stand beside an envelope in real prices."""
    if plan.envelope.prices == "cash":
        return
    given = {
        "borrowing": plan.borrowing, "tax_base": plan.tax_base, "income": plan.income,
        "treasury": plan.treasury != Treasury(), "medium_term": plan.medium_term,
    }  # fmt: skip
    for key, value in given.items():
        if value:
            rule = 'is cash, and the envelope is in real prices: state it in cash (prices = "cash", with its inflation)'
            yield key, "", rule


def _income(plan: Plan) -> KeyFaults:
    tax = plan.tax_base
    if tax is not None:
        yield from _known("tax_base.homes", tax.homes, plan)
        for i, shown in enumerate(tax.printed, 1):
            if shown.amounts:
                yield from _count(f"tax_base.printed[{i}].amounts", shown.amounts, len(tax.homes))
        if len(tax.band_d) > len(tax.homes):
            yield "tax_base.band_d", "", f"has {len(tax.band_d)} amounts, but homes are of {len(tax.homes)} years"
        if tax.confirmed is not None and tax.confirmed not in (known := plan.plan_years[: len(tax.homes)]):
            rule = f"years with homes are {known[0]} to {known[-1]}"
            yield "tax_base.confirmed", str(tax.confirmed), rule
    of_works = plan.energy is not None and bool(plan.energy.confirmed)
    saves = of_works or bool(plan.tables.bids) or any(bid.saving_confirmed for bid in plan.bids)
    bounded = bool(plan.borrowing) and plan.treasury.within_income and not saves
    if bounded and tax is None and not plan.income:
        yield "borrowing", "", "its cost must be within confirmed income, and there is none: give tax_base or income"
    elif bounded and not _confirmed(plan):
        mend = "give tax_base.confirmed or income that is confirmed"
        yield "borrowing", "", f"its cost must be within confirmed income, and none is: {mend}"
    last = plan.plan_years[-1] + max((facility.years_of_cost for facility in plan.borrowing), default=0)
    endless = any(facility.mrp == "reducing" for facility in plan.borrowing)
    for i, row in enumerate(plan.income, 1):
        yield from _known(f"income[{i}].amounts", row.amounts, plan)
        ends = row.until is not None and (row.until < last or endless)
        if bounded and ends and row.status == "confirmed":
            when = "never ends, as a reducing balance is never provided for" if endless else f"falls in {last}"
            rule = f"ends before what is borrowed against it: the last debt cost {when}"
            yield f"income[{i}].until", str(row.until), rule


def _confirmed(plan: Plan) -> bool:
    """Whether any income is confirmed."""
    base = plan.tax_base
    tax = base is not None and (base.confirmed is not None or base.extra_before > 0)
    return tax or any(row.status == "confirmed" and any(row.amounts) for row in plan.income)


def _treasury(treasury: Treasury, plan: Plan) -> KeyFaults:
    for name in type(treasury).model_fields.keys() - {"maturity"}:
        amounts = getattr(treasury, name)
        if isinstance(amounts, tuple) and len(amounts) < plan.medium_term_years:
            yield f"treasury.{name}", "", f"has {len(amounts)} amounts, but {_years_known(plan)}"
    for share, needs in (("financing_ratio", "net_revenue"), ("internal_share", "investments")):
        if getattr(treasury, share) is not None and getattr(treasury, needs) is None:
            yield f"treasury.{needs}", "", f"{share} needs it"
    debt = tuple(map(sum, _beside(treasury.external_debt, treasury.other_liabilities)))
    boundary, limit = treasury.operational_boundary, treasury.authorised_limit
    for low, least, high, most in (
        ("external_debt", debt, "operational_boundary", boundary),
        ("external_debt", debt, "authorised_limit", limit),
        ("operational_boundary", boundary, "authorised_limit", limit),
    ):
        if least is not None and most is not None and any(one > other for one, other in _beside(least, most)):
            yield f"treasury.{low}", "", f"is above {high}"


def _maturity(treasury: Treasury) -> KeyFaults:
    """Bands of maturity follow one another to the end, and their shares can hold together."""
    bands = treasury.maturity
    if treasury.maturity_binds and not bands:
        yield "treasury.maturity", "", "maturity_binds needs its bands"
    ends = [0, *(band.to for band in bands)]
    for i, (band, begins) in enumerate(zip(bands, ends, strict=False), 1):
        key = f"treasury.maturity[{i}]"
        if band.from_ != begins:
            yield f"{key}.from", str(band.from_), f"bands follow one another: must be {begins}"
        if band.to is None and i < len(bands):
            yield f"{key}.to", "", "only the last band has no end"
        elif band.to is not None and (i == len(bands) or band.to <= band.from_):
            rule = "the last band has no end: leave it out" if i == len(bands) else "must be after its beginning"
            yield f"{key}.to", str(band.to), rule
        if band.at_least > band.at_most:
            yield f"{key}.at_least", f"{band.at_least:g}", "is above at_most"
        if (band.debt is None) != (bands[0].debt is None):
            yield f"{key}.debt", "", "state what falls due in every band, or in none"
    least, most = sum(band.at_least for band in bands), sum(band.at_most for band in bands)
    if bands and not least <= 1 + 1e-9 <= most + 2e-9:
        yield "treasury.maturity", "", f"no debt has these shares: together {least:g} at least and {most:g} at most"


def _beside(*sides: Amounts) -> list[tuple[float, ...]]:
    """Amounts year by year beside each other, for as long as any is listed; the last of each goes on."""
    lists = [side if isinstance(side, tuple) else (side,) for side in sides]
    if not all(lists):  # an empty list is a fault of its own
        return []
    return [tuple(each[min(year, len(each) - 1)] for each in lists) for year in range(max(map(len, lists)))]


def faults_of_line(plan: Plan, line: MediumTerm) -> KeyFaults:
    """Faults of one line of the medium-term plan, by its own keys.

    Parameters
    ----------
    plan : Plan
    line : MediumTerm; of the plan file or of the table of lines
    """
    if line.reference in _RESERVED or not line.reference.strip():
        yield "reference", line.reference, "this name is taken by a line that the plan writes itself"
    total, slack = fsum(line.changes), _SLACK * fsum(map(abs, line.changes))
    if line.one_off and abs(total) > slack:
        yield "one_off", f"{total:g}", "a one-off must sum to zero: state the year in which it goes out of the base"
    if line.inflation:
        yield from _pressure(plan, line)
    elif not line.changes:
        yield "changes", "", "needs its changes by year, or the kind of cost in inflation"
    if line.type == "S":
        yield from _saving(plan, line, slack)
        return
    of_saving = ("stage", "works") if line.inflation else ("stage", "base_budget", "works")
    given = {key: getattr(line, key) for key in of_saving}
    for key, value in (given | {"cashable": None if line.cashable else "no"}).items():
        if value is not None:
            yield key, str(value), "only a saving has one"


def _pressure(plan: Plan, line: MediumTerm) -> KeyFaults:
    """A pressure from inflation is reckoned from its kind and the budget that bears it."""
    if line.inflation not in plan.inflation:
        kinds = ", ".join(plan.inflation) or "none"
        yield "inflation", line.inflation, f"must be a kind of cost of [inflation]; there are {kinds}"
    if line.type != "P":
        yield "inflation", line.inflation, "belongs to a pressure, of type P"
    if any(line.changes):
        yield "changes", "", "follow from inflation: state one of the two"
    if line.base_budget is None:
        yield "base_budget", "", "inflation needs today's base budget that bears it"
    if line.one_off:
        yield "one_off", "yes", "inflation stays in the base"


def _saving(plan: Plan, line: MediumTerm, slack: float) -> KeyFaults:
    """A saving is booked against today's base budget, and not before the works that bring it."""
    if line.stage is not None and line.base_budget is None:
        yield "base_budget", "", "a saving with a stage needs today's base budget that it comes out of"
    saved = -min(accumulate(line.changes), default=0.0)
    if line.base_budget is not None and saved > line.base_budget + slack:
        yield "base_budget", f"{line.base_budget:g}", f"is less than the saving comes to, {saved:g}"
    first = next((plan.first_year + at for at, change in enumerate(line.changes) if change < 0), None)
    if line.works is not None and first is not None and first < line.works:
        yield "works", str(line.works), f"the saving starts in {first}, before the works that bring it"


def _tables(plan: Plan) -> KeyFaults:
    for i, line in enumerate(plan.medium_term, 1):
        if line.changes:
            yield from _known(f"medium_term[{i}].changes", line.changes, plan)
        for key, value, rule in faults_of_line(plan, line):
            yield f"medium_term[{i}].{key}", value, rule
    for i, facility in enumerate(plan.borrowing, 1):
        if isinstance(facility.rate, tuple):
            yield from _count(f"borrowing[{i}].rate", facility.rate, plan.years)
        if isinstance(facility.at_most, tuple):
            yield from _count(f"borrowing[{i}].at_most", facility.at_most, plan.years)
    for key, names in (
        ("gates.name", [gate.name for gate in plan.gates]),
        ("income.name", [row.name for row in plan.income]),
        ("printed.name", [row.name for row in plan.printed]),
    ):
        yield from ((key, name, "is there more than once") for name, count in Counter(names).items() if count > 1)
    for before, gate in pairwise(plan.gates):
        if gate.above < before.above:
            yield "gates", gate.name, f"releases less than {before.name}: list gates in the order of their amounts"
    if plan.spent is not None and not plan.first_year <= plan.spent.until < plan.plan_years[-1]:
        rule = f"must be a year of {plan.plan_years[0]} to {plan.plan_years[-1] - 1}, so that some are left to plan"
        yield "spent.until", str(plan.spent.until), rule


def _known(key: str, amounts: tuple[float, ...], plan: Plan) -> KeyFaults:
    """A list of what is known for the years of the medium-term plan, or for more of the plan's."""
    if not plan.medium_term_years <= len(amounts) <= plan.years:
        yield key, "", f"has {len(amounts)} amounts, but {_years_known(plan)}"


def _years_known(plan: Plan) -> str:
    medium = plan.medium_term_years
    return f"the plan has {plan.years} years" + (f", its medium-term plan {medium}" if medium < plan.years else "")


def _count(key: str, amounts: tuple[float, ...], years: int) -> KeyFaults:
    if len(amounts) != years:
        yield key, "", f"has {len(amounts)} amounts, but the plan has {years} years"
