"""Rules that join several keys of a plan: each check yields (key, value, rule) for every fault it finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeVar

from assetplan.config.base import WorksSelector
from assetplan.config.bid_checks import bid_faults
from assetplan.config.delivery_checks import delivery_faults
from assetplan.config.envelope import Envelope, Limit
from assetplan.config.finance_checks import finance_faults
from assetplan.config.inflation import rises
from assetplan.config.inflation_checks import inflation_faults
from assetplan.config.plan import ClaimsSettings, Plan
from assetplan.limits import PLANNED_SHARE

KeyFaults = Iterator[tuple[str, str, str]]

_Value = TypeVar("_Value", int, str)
# £ a year; more than any state spends, and far from where sums of pennies lose their digits.
_MOST = 1e12


def faults_of(plan: Plan) -> KeyFaults:
    """Every fault of a plan whose values are each in their range."""
    if plan.benefit.horizon < plan.years:
        yield "benefit.horizon", str(plan.benefit.horizon), f"must be at least the {plan.years} years of the plan"
    if (plan.programme.firm_years or 0) > plan.years:
        yield "programme.firm_years", str(plan.firm_years), f"must be at most the {plan.years} years of the plan"
    if plan.medium_term_years > plan.years:
        rule = f"must be at most the {plan.years} years of the plan"
        yield "programme.medium_term_years", str(plan.medium_term_years), rule
    yield from _envelope(plan.envelope)
    checks = (_amounts, _limits, _lines, _dates, _schemes, _sites, _targets, _forecast, _claims, _objective, _names)
    for check in (*checks, _grants, _records, delivery_faults, finance_faults, bid_faults, inflation_faults):
        yield from check(plan)


def _envelope(envelope: Envelope) -> KeyFaults:
    if envelope.prices == "real" and any(rises(envelope.inflation)):
        rule = "inflation deflates a cash envelope only, and prices are real"
        yield "envelope.inflation", str(envelope.inflation), rule
    for table in ("floors", "carry_over", "virement", "contingency"):
        for line in getattr(envelope, table):
            if line not in envelope.lines and not (line == "default" and table != "floors"):
                yield f"envelope.{table}", line, "the envelope has no such line"
    share = envelope.preventative
    if share is not None:
        if share.min is None and share.max is None:
            yield "envelope.preventative", "", "needs min, max or both"
        elif share.min is not None and share.max is not None and share.min > share.max:
            yield "envelope.preventative.min", str(share.min), f"is above max, {share.max}"
        if share.kind is not None:
            yield "envelope.preventative.kind", ", ".join(share.kind), "the share is that of one kind already"


def _grants(plan: Plan) -> KeyFaults:
    """Money at risk is money that its line has."""
    lines = plan.envelope.lines
    for i, grant in enumerate(plan.uncertainty.grants, 1):
        key = f"uncertainty.grants[{i}]"
        if grant.line not in lines:
            yield f"{key}.line", grant.line, "the envelope has no such line"
        elif len(grant.amounts) != plan.years:
            yield f"{key}.amounts", "", f"has {len(grant.amounts)} amounts, but the plan has {plan.years} years"
        elif any(lost > held for lost, held in zip(grant.amounts, lines[grant.line], strict=True)):
            yield f"{key}.amounts", grant.name, f"is more than the money of {grant.line} in some year"


def _records(plan: Plan) -> KeyFaults:
    """What is stated of a register or of indicators goes with its file."""
    risk, own = plan.risk, plan.indicators
    if risk.register_ and risk.as_at is None:
        yield "risk.as_at", "", "state the date of the report that the register is for, as 2026-11-27"
    if risk.previous and not risk.register_:
        yield "risk.previous", risk.previous, "goes with risk.register, the register of today"
    if own.values_ and not own.definitions:
        yield "indicators.values", own.values_, "goes with indicators.definitions"
    for key in ("late_days", "over_percent"):
        if getattr(own, key) is not None and not own.schemes:
            yield f"indicators.{key}", f"{getattr(own, key):g}", "is of indicators.schemes, which is not stated"
    if risk.assets and not plan.forecast.futures:
        yield "risk.assets", "true", "is reckoned from futures: state forecast.futures above 0"


def _sites(plan: Plan) -> KeyFaults:
    """Rules of schemes are stated where there are schemes."""
    if plan.sites.costs == "shared":
        return
    for key in ("minimum", "maximum", "untreated"):
        stated = getattr(plan.sites, key)
        if stated:
            rule = 'is of sites that works share: state sites.costs = "shared", or leave it out'
            yield f"sites.{key}", f"{stated:g}", rule


def _amounts(plan: Plan) -> KeyFaults:
    """A list has one amount a year, and no amount of money is beyond all sums."""
    lists, held = {f"envelope.lines.{line}": of for line, of in plan.envelope.lines_.items()}, plan.envelope.contingency
    lists |= {f"envelope.floors.{line}": amounts for line, amounts in plan.envelope.floors_.items()}
    lists |= {f"envelope.contingency.{line}": of for line, of in held.items() if isinstance(of, tuple)}
    lists |= {f"sources[{i}].amounts": source.amounts for i, source in enumerate(plan.sources, 1)}
    money = lists | {f"envelope.additional.{line}": high for line, (_, high) in plan.envelope.approved.items()}
    for key, amounts in lists.items():
        if len(amounts) != plan.years:
            yield key, "", f"has {len(amounts)} amounts, but the plan has {plan.years} years"
    for i, limit in enumerate(plan.limits, 1):
        years = limit.years or plan.plan_years
        for side in ("at_least", "at_most"):
            amount = getattr(limit, side)
            if isinstance(amount, tuple) and len(amount) != len(years):
                rule = f"has {len(amount)} amounts for {len(years)} years"
                yield f"limits[{i}].{side}", "", rule
            if amount is not None and limit.of in ("cost", "design", "risk"):
                money[f"limits[{i}].{side}"] = amount if isinstance(amount, tuple) else (amount,)
    for key, amounts in money.items():
        if max(amounts, default=0.0) * plan.envelope.pounds > _MOST:
            yield key, f"{max(amounts):g}", f"must be at most £{_MOST:,.0f}"


def _limits(plan: Plan) -> KeyFaults:
    known = [source.name for source in plan.sources]
    for i, limit in enumerate(plan.limits, 1):
        key = f"limits[{i}]"
        if limit.at_least is None and limit.at_most is None:
            yield key, limit.name, "needs at_least, at_most or both"
        if limit.of == "design" and not any(plan.allowances.design.values()):
            yield f"{key}.of", "design", "state allowances.design, the share of design and supervision on works"
        yield from _crossed(key, limit)
        if limit.of in ("risk", PLANNED_SHARE) and limit.of_treatments:
            what = "risk" if limit.of == "risk" else "the planned share"
            rule = f"a limit on {what} counts assets, whatever is done to them: line, kind and treatment go"
            yield key, limit.name, rule
        if limit.of == PLANNED_SHARE:
            for side in ("at_least", "at_most"):
                bound = getattr(limit, side)
                shares = bound if isinstance(bound, tuple) else () if bound is None else (bound,)
                if any(share > 1 for share in shares):
                    yield f"{key}.{side}", limit.name, "must be a share, from 0 to 1: 0.7 of 70 : 30"
        if limit.source is None:
            continue
        for name in limit.source:
            if name not in known:
                yield f"{key}.source", name, "there is no such source"
        if limit.of_assets or limit.of_treatments or limit.of != "cost":
            yield f"{key}.source", limit.name, "a limit on sources counts all their money: it has no other selector"


def _crossed(key: str, limit: Limit) -> KeyFaults:
    low, high = limit.at_least, limit.at_most
    if low is None or high is None:
        return
    if isinstance(low, tuple) != isinstance(high, tuple):
        yield key, limit.name, "at_least and at_most must both be lists, or both one amount"
        return
    lows, highs = (low, high) if isinstance(low, tuple) and isinstance(high, tuple) else ((low,), (high,))
    if any(least > most for least, most in zip(lows, highs, strict=False)):  # type: ignore[operator]
        yield key, limit.name, "at_least is above at_most"


def works_selectors(plan: Plan) -> Iterator[tuple[str, WorksSelector]]:
    """Every selector of works, by its key."""
    if plan.envelope.preventative is not None:
        yield "envelope.preventative", plan.envelope.preventative
    tables: Iterable[tuple[str, tuple[WorksSelector, ...]]] = (
        ("limits", plan.limits),
        ("sources", plan.sources),
        ("borrowing", plan.borrowing),
        ("rules.forbid", plan.rules.forbid),
        ("rules.require", plan.rules.require),
        ("embargoes", plan.embargoes),
        ("energy.confirmed", plan.energy.confirmed if plan.energy else ()),
        *plan.added_limits.items(),
    )
    for key, rows in tables:
        for i, row in enumerate(rows, 1):
            yield f"{key}[{i}]", row


def _lines(plan: Plan) -> KeyFaults:
    no_line = f"the envelope has no such line; its lines are {', '.join(plan.envelope.lines)}"
    for key, selector in works_selectors(plan):
        for line in selector.line or ():
            if line not in plan.envelope.lines:
                yield f"{key}.line", line, no_line
    for i, rule in enumerate(plan.rules.forbid, 1):
        if not (rule.of_assets or rule.of_treatments or rule.asset or rule.years):
            yield f"rules.forbid[{i}]", "", "needs a selector, or it forbids everything"
    for i, need in enumerate(plan.rules.require, 1):
        if not (need.of_assets or need.asset):
            yield f"rules.require[{i}]", "", "needs an asset or a selector of assets"


def _dates(plan: Plan) -> KeyFaults:
    """Years that a plan names lie within it, and none is there twice."""
    named: dict[str, tuple[int, ...]] = {}
    tables = {"limits": plan.limits, "rules.forbid": plan.rules.forbid, "schemes": plan.schemes, "crews": plan.crews}
    for table, rows in (tables | {"embargoes": plan.embargoes, "calendar": plan.calendar}).items():
        named |= {f"{table}[{i}].years": row.years or () for i, row in enumerate(rows, 1)}  # type: ignore[attr-defined]
    named |= {f"calendar[{i}].to": entry.to or () for i, entry in enumerate(plan.calendar, 1)}
    for i, need in enumerate(plan.rules.require, 1):
        named[f"rules.require[{i}].by_year"] = (need.by_year,) if need.by_year is not None else ()
    named |= {f"targets[{i}].year": (target.year,) for i, target in enumerate(plan.targets, 1)}
    named["forecast.clear_by"] = (plan.forecast.clear_by,) if plan.forecast.clear_by is not None else ()
    for key, years in named.items():
        for year in years:
            if year not in plan.plan_years:
                yield key, str(year), f"the plan's years are {plan.plan_years[0]} to {plan.plan_years[-1]}"
        for year in _twice(years):
            yield key, str(year), "is there more than once"


def _schemes(plan: Plan) -> KeyFaults:
    home: dict[str, str] = {}
    for i, scheme in enumerate(plan.schemes, 1):
        for asset in _twice(scheme.assets):
            yield f"schemes[{i}].assets", str(asset), "is there more than once"
        for asset in dict.fromkeys(scheme.assets):
            if asset in home:
                yield f"schemes[{i}].assets", asset, f"is in scheme {home[asset]!r} already"
            home.setdefault(asset, scheme.name)
        if scheme.line and scheme.line not in plan.envelope.lines:
            yield f"schemes[{i}].line", scheme.line, "the envelope has no such line"
        if scheme.line and not scheme.mobilisation:
            yield f"schemes[{i}].line", scheme.line, "pays the mobilisation, and there is none"


def _targets(plan: Plan) -> KeyFaults:
    for i, target in enumerate(plan.targets, 1):
        of_band = bool(target.band) + (target.below is not None)
        if target.at_least is not None:
            if of_band or target.at_most is not None:
                yield f"targets[{i}]", target.name, "at_least is of the average index: band, below and at_most go"
        elif target.at_most is None:
            yield f"targets[{i}].at_most", "", "this key is missing (or else at_least, of the average index)"
        elif of_band != 1:
            yield f"targets[{i}]", target.name, "needs either band or below"


def _forecast(plan: Plan) -> KeyFaults:
    clear_by, held = plan.forecast.clear_by, plan.forecast.standstill
    if clear_by is not None and held != "poor":
        yield "forecast.clear_by", str(clear_by), 'clears what is in poor condition: it goes with standstill = "poor"'


def _claims(plan: Plan) -> KeyFaults:
    """Claims are counted and paid: what is stated of one needs the other."""
    claims = plan.claims
    if claims == ClaimsSettings():
        return
    if claims.count is None:
        yield "claims.count", "", "state how many claims on roads and footways were received in the base year"
    if claims.repudiated is None:
        yield "claims.repudiated", "", "state the share of claims for which nothing is paid, as 0.8"
    if claims.mean_paid is None:
        rule = (
            "claims are counted without what they cost: state the mean paid (£): what was paid in some years, large "
            "claims left out, over the claims settled in them; large claims a year go to claims.large_paid"
        )
        yield "claims.mean_paid", "", rule


def _objective(plan: Plan) -> KeyFaults:
    sought = plan.objective.sought
    if sought.unit != "£" and plan.stability is not None and plan.stability.price:
        rule = f"is in pounds, and a plan that seeks {sought.seeks} counts {sought.unit}: state 0, or leave one out"
        yield "stability.price", f"{plan.stability.price:g}", rule


def _names(plan: Plan) -> KeyFaults:
    """A limit is known by its name, so no two limits, sources or targets share one, nor take a line's."""
    rows = [(f"limits[{i}].name", limit.name) for i, limit in enumerate(plan.limits, 1)]
    rows += [(f"sources[{i}].name", source.name) for i, source in enumerate(plan.sources, 1)]
    rows += [(f"borrowing[{i}].name", facility.name) for i, facility in enumerate(plan.borrowing, 1)]
    for table, added in plan.added_limits.items():
        rows += [(f"{table}[{i}].name", limit.name) for i, limit in enumerate(added, 1)]
    rows += [(f"crews[{i}].crew", name) for name, i in {crew.crew: i for i, crew in enumerate(plan.crews, 1)}.items()]
    rows += [(f"targets[{i}].name", target.name) for i, target in enumerate(plan.targets, 1) if target.name]
    # Names of the language's own totals, and of columns beside the sources in the statement of financing.
    taken = set(plan.envelope.lines) | {"virement", "preventative share", "year", "spend", "financed"}
    for key, name in rows:
        if name in taken:
            yield key, name, "this name is taken by a line, a limit, a source, a borrowing facility, a crew or a target"
        taken.add(name)
    for name in _twice([scheme.name for scheme in plan.schemes]):
        yield "schemes.name", str(name), "is there more than once"


def _twice(values: Iterable[_Value]) -> list[_Value]:
    return [value for value, count in Counter(values).items() if count > 1]
