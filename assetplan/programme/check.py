"""A programme's own sums, made afresh, and what does not hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from assetplan.programme.summary import LimitResult, Summary

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

# Costs are stored to the penny; a line of 100,000 items may be out by this much (£) by rounding alone.
_ROUNDING = 0.005


def contradictions(
    summary: Summary,
    assets: gpd.GeoDataFrame,
    works: gpd.GeoDataFrame,
    bids: pd.DataFrame | None = None,
    mandatory: pd.DataFrame | None = None,
) -> Iterator[str]:
    """What a programme's summary says that its own assets and works do not bear out, in words.

    Parameters
    ----------
    summary : Summary; of the programme
    assets : GeoDataFrame; as `Programme.assets`
    works : GeoDataFrame; as `Programme.works`
    bids, mandatory : DataFrame, optional; as `Programme.bids` and `Programme.mandatory`
    """
    yield from _money(summary, works, mandatory)
    yield from over_limits(summary.limits)
    choices = assets[["asset_id", "strategy", "cost", "benefit"]]
    if bids is not None and len(bids):
        yield from _options(bids)
        choices = with_bids(choices, bids)
    yield from _totals(summary, choices, works)
    if (counted := assets["asset_id"].nunique()) != len(assets) or counted != summary.assets:
        yield "an asset is missing or there twice"
    yield from _choices(choices, works)
    yield from _futures(summary, assets)


def with_bids(assets: pd.DataFrame, bids: pd.DataFrame) -> pd.DataFrame:
    """Choices of assets with those of bids below them, under the same columns.

    Parameters
    ----------
    assets : DataFrame; columns of `Programme.assets`, with asset_id and strategy
    bids : DataFrame; as `Programme.bids`
    """
    import pandas as pd

    own = bids[bids["chosen"]].rename(columns={"bid": "asset_id", "option": "strategy"})
    return pd.concat([pd.DataFrame(assets), own.reindex(columns=assets.columns)], ignore_index=True)


def _options(bids: pd.DataFrame) -> Iterator[str]:
    """Bids without one chosen option, or that are left out though they must be done, in words."""
    for name, count in bids.groupby("bid", sort=True)["chosen"].sum().items():
        if count != 1:
            yield f"bid {name} has {count} chosen options"
    missed = bids["chosen"] & (bids["mandatory"] == "yes") & bids["start"].isna()
    for name in bids.loc[missed, "bid"]:
        yield f"bid {name} must be done and is left out"


def over_limits(limits: Iterable[LimitResult]) -> Iterator[str]:
    """Limits of which more is used than they allow, or less than they ask for, in words."""
    for row in limits:
        cap, floor, used = row["cap"], row["floor"], row["used"]
        # The optimiser's own tolerance, and the digits the summary keeps; less than a penny is no money.
        least = _ROUNDING if row["unit"] in ("£", "£ of the day") else 1e-6
        if cap is not None and used > cap + least + 1e-8 * max(abs(cap), abs(used)):
            yield f"{row['limit']} uses {used:,.2f}, over its limit of {cap:,.2f}"
        if floor is not None and used < floor - least - 1e-8 * max(abs(floor), abs(used)):
            yield f"{row['limit']} uses {used:,.2f}, under the {floor:,.2f} asked for"


def _money(summary: Summary, works: gpd.GeoDataFrame, mandatory: pd.DataFrame | None) -> Iterator[str]:
    spent, first = _by_line_and_year(works, mandatory), _by_line_and_year(mandatory)
    limits = {(row["line"], row["year"]) for row in summary.spend}
    for row in summary.spend:
        key = (row["line"], row["year"])
        total, size = spent.get(key, (0.0, 0))
        slack = _ROUNDING * (size + 1) + 1e-9 * row["limit"]
        if abs(total - row["amount"]) > slack:
            yield f"{key[0]} {key[1]} says £{row['amount']:,.2f} but its works come to £{total:,.2f}"
        if total > row["limit"] + slack:
            yield f"{key[0]} {key[1]} spends £{total:,.2f}, over its limit of £{row['limit']:,.2f}"
        due, count = first.get(key, (0.0, 0))
        if abs(due - row.get("mandatory", 0.0)) > _ROUNDING * (count + 1):
            stated = row.get("mandatory", 0.0)
            yield f"{key[0]} {key[1]} says £{stated:,.2f} of mandatory works, which come to £{due:,.2f}"
    for line, year in spent:
        if (line, year) not in limits:
            yield f"works are paid from {line} {year}, which no limit is set on"


def _by_line_and_year(*tables: pd.DataFrame | None) -> dict[tuple[str, int], tuple[float, int]]:
    """Cost and number of works by line and year, of all tables together."""
    out: dict[tuple[str, int], tuple[float, int]] = {}
    for works in tables:
        if works is not None:
            sums = works.groupby(["line", "year"])["cost"].agg(["sum", "size"]).reset_index()
            for line, year, total, size in sums.itertuples(index=False, name=None):
                before = out.get((str(line), int(year)), (0.0, 0))
                out[str(line), int(year)] = (before[0] + float(total), before[1] + int(size))
    return out


def _totals(summary: Summary, assets: pd.DataFrame, works: gpd.GeoDataFrame) -> Iterator[str]:
    slack = _ROUNDING * (len(assets) + 1)
    for name, total in (("benefit", summary.benefit), ("cost", summary.cost)):
        for table in (assets, works):
            if abs(table[name].sum() - total) > slack + 1e-9 * abs(total):
                yield f"{name} £{total:,.2f} is not the sum of its parts, £{table[name].sum():,.2f}"
    if summary.reached > summary.bound + 1e-9 * abs(summary.bound) + slack:
        yield "the benefit is above its own bound"
    apart = summary.bound - summary.reached
    far = apart / abs(summary.bound) if apart > slack else 0.0  # nothing is worth less than a penny
    if abs(far - summary.gap) > 1e-6 and max(apart, summary.gap * abs(summary.bound)) > slack:
        yield f"the gap says {summary.gap:.4%}, but benefit and bound are {far:.4%} apart"


def _choices(assets: pd.DataFrame, works: gpd.GeoDataFrame) -> Iterator[str]:
    """Works that are not those of the strategies of their assets, in words."""
    treated = assets.loc[assets["strategy"] != "do-nothing", ["asset_id", "strategy"]]
    chosen = treated.assign(works=treated["strategy"].str.split("+")).explode("works")
    expected = set(zip(chosen["asset_id"], chosen["works"], strict=True))
    listed = set(zip(works["asset_id"], works["treatment"] + "@" + works["year"].astype("str"), strict=True))
    for asset, item in sorted(listed - expected)[:3]:
        yield f"the programme lists {item} of asset {asset}, which its strategy does not hold"
    for asset, item in sorted(expected - listed)[:3]:
        yield f"the programme lacks {item} of asset {asset}, which its strategy holds"


def _futures(summary: Summary, assets: gpd.GeoDataFrame) -> Iterator[str]:
    years = [summary.years[0] - 1, *summary.years]
    for case in ("do_nothing", "plan"):
        path = assets[[f"{case}_{year}" for year in years]].to_numpy(dtype=float)
        if not ((path >= 0) & (path <= 100)).all():
            yield f"the condition of an asset under {case.replace('_', '-')} is missing, or not from 0 to 100"
    untreated = path[assets["strategy"] == "do-nothing"]
    # Index is stored to 0.01; a rise above that is not rounding.
    if untreated.size and (untreated[:, 1:] - untreated[:, :-1]).max() > 0.011:
        yield "an untreated asset improves"
