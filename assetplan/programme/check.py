"""A programme's own sums, made afresh: what does not hold is said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assetplan.programme.result import Programme

# Costs are stored to the penny; a line of 100,000 items may be out by this much (£) by rounding alone.
_ROUNDING = 0.005


def contradictions(programme: Programme) -> Iterator[str]:
    """What a programme says of itself that its own rows do not bear out, in words."""
    yield from _money(programme)
    yield from _limits(programme)
    yield from _totals(programme)
    yield from _futures(programme)


def _limits(programme: Programme) -> Iterator[str]:
    for row in programme.summary.get("limits") or []:
        cap, floor, used = row["cap"], row["floor"], row["used"]
        # The optimiser's own tolerance, and the digits the summary keeps; less than a penny is no money.
        least = _ROUNDING if row["unit"] in ("£", "£ of the day") else 1e-6
        if cap is not None and used > cap + least + 1e-8 * max(abs(cap), abs(used)):
            yield f"{row['limit']} uses {used:,.2f}, over its limit of {cap:,.2f}"
        if floor is not None and used < floor - least - 1e-8 * max(abs(floor), abs(used)):
            yield f"{row['limit']} uses {used:,.2f}, under the {floor:,.2f} asked for"


def _money(programme: Programme) -> Iterator[str]:
    spent = programme.works.groupby(["line", "year"])["cost"].agg(["sum", "size"])
    limits = {(row["line"], row["year"]) for row in programme.summary["spend"]}
    for row in programme.summary["spend"]:
        key = (row["line"], row["year"])
        total, size = spent.loc[key] if key in spent.index else (0.0, 0)
        slack = _ROUNDING * (size + 1) + 1e-9 * row["limit"]
        if abs(total - row["amount"]) > slack:
            yield f"{key[0]} {key[1]} says £{row['amount']:,.2f} but its works come to £{total:,.2f}"
        if total > row["limit"] + slack:
            yield f"{key[0]} {key[1]} spends £{total:,.2f}, over its limit of £{row['limit']:,.2f}"
    for line, year in spent.index:
        if (line, year) not in limits:
            yield f"works are paid from {line} {year}, which no limit is set on"


def _totals(programme: Programme) -> Iterator[str]:
    summary, works, assets = programme.summary, programme.works, programme.assets
    slack = _ROUNDING * (len(assets) + 1)
    for name, table in (("benefit", assets), ("benefit", works), ("cost", assets), ("cost", works)):
        if abs(table[name].sum() - summary[name]) > slack + 1e-9 * abs(summary[name]):
            yield f"{name} £{summary[name]:,.2f} is not the sum of its parts, £{table[name].sum():,.2f}"
    reached, bound = summary.get("reached", summary["benefit"]), summary["bound"]
    if reached > bound + 1e-9 * abs(bound) + slack:
        yield "the benefit is above its own bound"
    counted = assets["asset_id"].nunique()
    if counted != len(assets) or counted != summary["assets"]:
        yield "an asset is missing or there twice"


def _futures(programme: Programme) -> Iterator[str]:
    import pandas as pd

    assets = programme.assets
    untreated = assets["strategy"] == "do-nothing"
    base = programme.years[0] - 1
    path = pd.concat([assets[f"plan_{year}"] for year in [base, *programme.years]], axis=1).to_numpy()[untreated]
    # Index is stored to 0.01; a rise above that is not rounding.
    if path.size and (path[:, 1:] - path[:, :-1]).max() > 0.011:
        yield "an untreated asset improves"
