"""Rules that join several keys of inflation."""

from __future__ import annotations

from collections.abc import Iterator

from assetplan.config.plan import Plan

KeyFaults = Iterator[tuple[str, str, str]]


def inflation_faults(plan: Plan) -> KeyFaults:
    """Key, value and rule of every fault of what a plan says of inflation."""
    for key in ("of", "revenue_of"):
        kind_of: dict[str, str] = {}
        for kind, stated in plan.inflation.items():
            for name in getattr(stated, key) or ():
                if kind_of.setdefault(name, kind) != kind:
                    yield f"inflation.{kind}.{key}", name, f"is of the kind {kind_of[name]} already"
    in_lines = {line.inflation for line in plan.medium_term} | ({""} if plan.tables.medium_term else set())
    for kind, stated in plan.inflation.items():
        if (stated.rate is None) == (stated.above is None):
            yield f"inflation.{kind}", "", "needs either rate or above"
        if stated.rate is not None and plan.envelope.prices == "real":
            rule = "is of cash, and the envelope is in real prices: state above, what they rise beside all prices"
            yield f"inflation.{kind}.rate", str(stated.rate), rule
        if stated.of is None and stated.revenue_of is None and not in_lines & {kind, ""}:
            yield f"inflation.{kind}", "", "is of nothing: name treatments, lines or bids in of, or bids in revenue_of"
