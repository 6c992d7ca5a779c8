"""What a plan borrows, whether it can bear it and what more income would buy, in plain words."""

from __future__ import annotations

from collections.abc import Iterable

from assetplan.finance.statement import Statement
from assetplan.objectives import Sought
from assetplan.words import plural, pounds

_SHOWN = 5e-5  # prices are rounded to four places


def borrowing_sentences(tables: Iterable[Statement], sought: Sought) -> list[str]:
    """What statements of finance say of a plan's borrowing; nothing where it has no borrowing facility."""
    by_name = {table.name: table for table in tables}
    if "checklist" not in by_name or "affordability" not in by_name:
        return []
    first, bears = by_name["checklist"], by_name["affordability"]
    worth = first.pounds
    drawn = [(year, amount * worth) for year, amount in _pairs(first, "borrowed") if amount > 0]
    if not drawn:
        return ["Nothing is borrowed.", *_price(bears, sought)]
    drawdowns = ", ".join(f"{pounds(amount)} in {year}" for year, amount in drawn)
    total = f": {pounds(sum(amount for _, amount in drawn))} in all" if len(drawn) > 1 else ""
    return [
        f"Borrowed, {first.prices}: {drawdowns}{total}.",
        tightest_sentence(bears),
        *_price(bears, sought),
        _before(first, worth),
    ]


def _pairs(table: Statement, column: str) -> list[tuple[str, float]]:
    return list(zip(table.rows["year"].astype(str), table.rows[column].astype(float), strict=True))


def tightest_sentence(bears: Statement) -> str:
    """Say of a statement of affordability in which year debt cost is nearest to confirmed income, or most above it."""
    worth = bears.pounds
    rows = bears.rows[bears.rows["debt_cost"] > 0]
    if not len(rows):
        return "There is no debt to pay for."
    row = rows.sort_values("headroom", kind="stable").iloc[0]
    cost, income = pounds(row["debt_cost"] * worth), pounds(row["confirmed_income"] * worth)
    over = int((rows["headroom"] < 0).sum())
    more = f" Debt costs more than confirmed income in {plural(over, 'year')}." if over else ""
    return f"In the tightest year, {row['year']}, debt costs {cost} against confirmed income of {income}.{more}"


def _price(bears: Statement, sought: Sought) -> list[str]:
    """What £1 more confirmed income a year would buy, where the plan keeps within it and prices are known."""
    if "buys_from_then_on" not in bears.rows:
        return []
    year, best = max(_pairs(bears, "buys_from_then_on"), key=lambda pair: pair[1])
    if best < _SHOWN:
        return ["More confirmed income would buy nothing: it does not hold the plan back."]
    money = f"£{best:,.2f}" if best >= 0.1 else f"£{best:.2g}"
    gain = money if sought.unit == "£" else f"{best:,.2g} {sought.unit}"
    return [f"£1 more confirmed income in {year} and every later year buys {gain} {sought.bought}."]


def _before(first: Statement, worth: float) -> str:
    """Whether other money went first."""
    late = [(year, amount) for year, amount in _pairs(first, "could_have_paid") if amount > 0]
    if not late:
        return "Other money was used before borrowing in every year."
    years = ", ".join(f"{pounds(amount * worth)} in {year}" for year, amount in late)
    return f"Other money could have paid for what is borrowed: {years}."
