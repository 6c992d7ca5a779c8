"""The tables of an inspection, each from the same frame of assets.

The frame has the columns of table `assets`, and `group`, `index` (0–100), `residual_life` (years) and
`hierarchy` filled as far as they are known. Of classes that are shown in bands of their own it has the share of each
asset in each band, columns `in_bands(k)` for k from 0, the best.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from assetplan import condition, schema
from assetplan._types import Floats, Texts
from assetplan.asset_classes import BRIDGE, BUILDING, CARRIAGEWAY, FOOTWAY, AssetClasses
from assetplan.condition.building import NOT_STATED, PRIORITIES
from assetplan.inspection.readings import MEASURES
from assetplan.register import assumed_share
from assetplan.register.premises import kept_by_others
from assetplan.treatments import Catalogue

ALL = "all"
_BY = ("road_class", "hierarchy", "district")


def in_bands(place: int) -> str:
    """Column of the frame with each asset's share in a band, 0 the best."""
    return f"in_band_{place}"


def _split(stock: pd.DataFrame, by: tuple[str, ...] = _BY) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """The whole, then its parts by each column that says anything: (column, value, rows)."""
    if len(stock):
        yield ALL, ALL, stock
    for column in by:
        if (stock[column] != "").any():
            names = _named(stock[column])
            for name in sorted(set(names), key=_rank):
                yield column, name, stock[names == name]


def _named(values: ArrayLike) -> Texts:
    """Texts (n,), `not stated` where blank."""
    texts = np.asarray(values, dtype=object)
    return np.where(texts == "", NOT_STATED, texts)


def _rank(name: str) -> tuple[int, str]:
    """Where a name stands: levels of the hierarchy as the schema lists them, others by alphabet, not stated last."""
    levels = schema.choices("assets", "hierarchy")
    return (2 if name == NOT_STATED else levels.index(name) - len(levels) if name in levels else 1), name


def _by_class(stock: pd.DataFrame, classes: AssetClasses) -> Iterator[tuple[str, pd.DataFrame]]:
    for name in classes.names:
        part = stock[stock["asset_class"] == name]
        if len(part):
            yield name, part


def condition_bands(stock: pd.DataFrame, column: str, classes: AssetClasses, by: tuple[str, ...] = _BY) -> pd.DataFrame:
    """How much of each class lies in each band, by road class, level of the hierarchy and district.

    Parameters
    ----------
    stock : DataFrame; as the head of this module says
    column : str; what is banded: `index` [0–100] or `residual_life` [years], each a scale of reference/bands.csv
    classes : AssetClasses; classes in the order of rows, and what each is counted by
    by : tuple of str, optional; columns whose parts have rows beside the whole of a class

    Columns asset_class, by, name, assets, stock, unit, replacement_value (£), known (share of the stock for which
    `column` is known), mean (of `column`, by stock), and the share of that stock in each band, best first: of a class
    that is shown in bands of its own, in those, by the chances of states; other bands are missing. Stock is what the
    plan counts the class by: km, m² of deck, £m to replace, or number.
    """
    rows: list[dict] = []
    for asset_class, whole in _by_class(stock, classes):
        for split, name, part in _split(whole, by):
            unit, amount = classes.stock_of(part, asset_class)
            known = part[column].notna().to_numpy()
            total = amount[known].sum()
            row = {"asset_class": asset_class, "by": split, "name": name, "assets": len(part)}
            row |= {"stock": amount.sum(), "unit": unit}
            row["replacement_value"] = part["replacement_value"].sum(min_count=1)
            row["known"] = total / amount.sum() if amount.sum() > 0 else float("nan")
            row["mean"] = part[column].to_numpy()[known] @ amount[known] / total if total > 0 else float("nan")
            scale = column if column != "index" else classes[asset_class].bands
            if scale == column:
                rows.append(row | condition.share_in_bands(column, part[column], amount).to_dict())
            else:
                rows.append({**row, **_shares_of_own(part, amount, condition.band_names(scale))})
    return pd.DataFrame(rows)


def _shares_of_own(part: pd.DataFrame, amount: Floats, names: tuple[str, ...]) -> dict[str, float]:
    """Share of a stock in each band of a class's own, of what has a model of its states."""
    inside = part.reindex(columns=[in_bands(place) for place in range(len(names))]).to_numpy(dtype=float)
    stated = ~np.isnan(inside).any(axis=1)
    total = amount[stated].sum()
    shares = amount[stated] @ inside[stated] / total if total > 0 else np.full(len(names), np.nan)
    return dict(zip(names, shares, strict=True))


def indicators(stock: pd.DataFrame) -> pd.DataFrame:
    """National indicators and bands of road surveys, by road class and level of the hierarchy, as they were surveyed.

    A section counts with all its length in the band of its own value; `survey` reports the bands of 10 m lengths.

    Columns measure, by (indicator, road_class or hierarchy), name, band, length_km, share (of what was surveyed).
    Indicators 130-01 and 130-02 count classified roads with an RCI, `unclassified` the others.
    """
    roads = stock[(stock["asset_class"] == CARRIAGEWAY) & stock["value"].notna() & stock["length_m"].notna()]
    parts = [pd.DataFrame()]
    for measure, part in roads[roads["measure"].isin(MEASURES)].groupby("measure", sort=False):
        parts.append(survey_bands(str(measure), part["value"], part["length_m"], part["road_class"], part["hierarchy"]))
    return pd.concat(parts, ignore_index=True)


def survey_bands(
    measure: str, value: ArrayLike, length: ArrayLike, road_class: ArrayLike, hierarchy: ArrayLike | None = None
) -> pd.DataFrame:
    """Length in each band of a survey of roads: national indicators where it is an RCI, then by road class and level.

    Parameters
    ----------
    measure : str; measure and scale: rci, pas2161, pci or iri
    value, length : array (n,); what was read [unit of the measure], NaN where nothing was, and over what length [m]
    road_class, hierarchy : array (n,) of str; class and, optionally, level of the road, blank where not known

    Columns measure, by (indicator, road_class, hierarchy), name, band, length_km, share [0–1, of the length read].
    """
    values, metres = np.asarray(value, dtype=float), np.asarray(length, dtype=float)
    kinds = {"road_class": _named(road_class)}
    if hierarchy is not None:
        kinds["hierarchy"] = _named(hierarchy)
    tables = [
        (by, condition.share_by(measure, values, metres, names).pipe(_in_order), names) for by, names in kinds.items()
    ]
    if measure == "rci":
        classes = np.asarray(road_class, dtype=object)
        of = {each: name for name, counted in condition.INDICATORS.items() for each in counted} | {"U": "unclassified"}
        names = _named([of.get(each, "") for each in classes])
        every = condition.share_by(measure, values, metres, names)
        national = condition.national_indicators(classes, values, metres)
        tables.insert(0, ("indicator", pd.concat([national, every[every.index == "unclassified"]]), names))
    known = ~np.isnan(values)
    rows = [
        (measure, by, name, band, metres[known & (names == name)].sum() / 1000 * share, share)
        for by, table, names in tables
        for name, shares in table.iterrows()
        for band, share in shares.items()
        if share == share
    ]
    return pd.DataFrame(rows, columns=["measure", "by", "name", "band", "length_km", "share"])


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    return table.loc[sorted(table.index, key=_rank)].rename_axis(columns=None)


def building_backlog(stock: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Backlog of each building by grade and priority.

    Grades are those of the survey; a component with a condition index alone has the grade that the index stands for.
    Bringing a grade to B costs the group's share of renewal in that grade, at the price of its renewal.

    Columns building, name, district, grade, one a priority and `not stated` [£], total [£]; rows of no cost are left
    out. No rows where no component has a condition.
    """
    parts = _graded(stock)
    renewals = {name: t.unit_cost for name in catalogue.own_all if (t := catalogue.renewal(name)) is not None}
    parts = parts[parts["group"].isin(list(renewals))]
    if not len(parts):
        return pd.DataFrame()
    renewal = parts["group"].map(renewals).to_numpy(dtype=float)
    share = np.array([[share for _, share in catalogue.shares_of(str(name))] for name in parts["group"]])
    table = condition.backlog_table(
        parts["building"],
        condition.grade_share(condition.classify("grade", parts["grade"])),
        parts["priority"],
        parts["quantity"],
        renewal[:, None] * share,
    )
    table["total"] = table.sum(axis=1)
    table = table[table["total"] > 0].reset_index()
    about = parts.drop_duplicates("building").set_index("building")
    table.insert(1, "name", table["building"].map(about["name"]))
    table.insert(2, "district", table["building"].map(about["district"]))
    return table.rename_axis(columns=None)


def _graded(stock: pd.DataFrame) -> pd.DataFrame:
    """Building components that the council keeps up, with their building and a grade 1 to 5 as surveyed."""
    mine = (stock["asset_class"] == BUILDING) & ~kept_by_others(stock)
    parts = stock[mine & stock["value"].notna() & (stock["measure"] != "age")]
    surveyed, _ = condition.to_index(parts["measure"], parts["value"])
    graded = parts["measure"] == "grade"
    grade = np.where(graded, parts["value"], condition.from_index("grade", surveyed))
    building = parts["parent_id"].where(parts["parent_id"] != "", parts["asset_id"])
    return parts.assign(building=building.astype(object), grade=grade)


def facilities(stock: pd.DataFrame, backlog: pd.DataFrame) -> pd.DataFrame:
    """Facility condition index of each building, the worst first, from the table of `building_backlog`.

    Columns building, name, district, replacement_value [£], backlog [£], and the index [fraction] of works of priority
    1, of 1 and 2, and so on, each column with those before it; `fci` counts all, `band` is that of it. Buildings with
    no replacement value are left out.
    """
    parts = _graded(stock)
    value = parts.groupby("building", sort=False)["replacement_value"].sum()
    value = value[value > 0]
    if not len(value):
        return pd.DataFrame()
    columns = [*PRIORITIES, NOT_STATED]
    cost = pd.DataFrame(0.0, value.index, columns)
    if len(backlog):
        cost = backlog.groupby("building")[columns].sum().reindex(value.index).fillna(0.0)
    index = condition.fci_by_priority(cost, value).rename(columns={NOT_STATED: "fci"})
    about = parts.drop_duplicates("building").set_index("building").loc[value.index, ["name", "district"]]
    out = about.assign(replacement_value=value, backlog=cost.sum(axis=1)).join(index)
    out["band"] = condition.classify("fci", out["fci"])
    return out.sort_values("fci", ascending=False, kind="stable").reset_index(names="building")


def bridge_stock(stock: pd.DataFrame) -> pd.DataFrame:
    """Bridge stock index and bands, by road class and district, at the end of the year of the inspection.

    Columns by, name, bridges, deck_m2, known (share of the deck area), stock_index [0–100], substandard (bridges
    assessed below full loading), weight_limits (bridges that have one), and the share of deck area in each band.
    """
    rows = []
    for by, name, part in _split(stock[stock["asset_class"] == BRIDGE], ("road_class", "district")):
        area = part["quantity"]
        bci = condition.from_index("bci", part["index"])
        row = {"by": by, "name": name, "bridges": len(part), "deck_m2": area.sum()}
        row["known"] = area[part["index"].notna()].sum() / area.sum()
        row["stock_index"] = condition.stock_index(bci, area)
        row["substandard"] = int(condition.substandard(part["capacity_t"]).sum())
        row["weight_limits"] = int(part["weight_limit_t"].notna().sum())
        rows.append(row | condition.share_in_bands("bci", bci, area).to_dict())
    return pd.DataFrame(rows)


def footway_levels(stock: pd.DataFrame) -> pd.DataFrame:
    """Length of footway in each level of the footway network survey, by level of the hierarchy and district.

    Columns by, name, length_km (surveyed), and the share in each level.
    """
    ways = stock[(stock["asset_class"] == FOOTWAY) & (stock["measure"] == "fns") & stock["length_m"].notna()]
    parts = []
    for by in (ALL, "hierarchy", "district"):
        names = np.full(len(ways), ALL, dtype=object) if by == ALL else _named(ways[by])
        share = condition.share_by("fns", ways["value"], ways["length_m"], names).pipe(_in_order)
        length = ways.groupby(names)["length_m"].sum().reindex(share.index) / 1000
        share.insert(0, "length_km", length)
        parts.append(share.reset_index(names="name").assign(by=by))
    table = pd.concat(parts, ignore_index=True)
    return table[["by", *table.columns.drop("by")]]


def assumed_by_class(assets: pd.DataFrame, classes: AssetClasses) -> pd.DataFrame:
    """Share of assets with a value that a stated rule filled, by class and column.

    Columns asset_class, column, share [0–1]; none where nothing is assumed.
    """
    rows = [
        {"asset_class": name, "column": column, "share": share}
        for name, part in _by_class(assets, classes)
        for column, share in assumed_share(part).items()
    ]
    return pd.DataFrame(rows)
