"""What a source lacks, filled by stated rules from packaged tables; every column filled is named in `assumed`.

The rules, in order; each fills only what is missing and never replaces what is known:

1. road_class: the parent's, else U for a carriageway.
2. environment: the parent's, else that of the asset class.
3. length_m: of the line itself; width_m: the parent's plus the deck allowance for a bridge, the default width of the
   class and environment for a carriageway, the usual width of the asset class for others that have one.
4. quantity: length × width for a class counted by area, 1 for one counted by number.
5. measure and value: an index drawn from the group's shares in reference/assumptions.csv. Sections of one road link
   get near-equal values. The draw comes from a hash of link_id (else asset_id), so it does not depend on
   which other assets are there.
6. confidence: low for a condition assumed, medium for one known.
7. aadt and hgv: the parent's for a bridge, else reference/traffic.csv by class and environment (roads only).
8. replacement_value: quantity × the group's replacement_unit_cost.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from assetplan import schema
from assetplan._types import Bools, Floats, Ints
from assetplan.asset_classes import BRIDGE, CARRIAGEWAY, AssetClasses, group_of
from assetplan.errors import Fault, RegisterError
from assetplan.reference import load_table
from assetplan.register.register import RegisterNames, packaged_names
from assetplan.register.validation import check_register

if TYPE_CHECKING:
    import geopandas as gpd


# Spread of the sections of one link within the link's band of condition, as a share of the band.
_SPREAD = 0.1


@lru_cache(maxsize=1)
def _values() -> dict[str, float]:
    table = load_table("osm_values")
    return dict(zip(table["name"].astype(str), table["value"].astype(float), strict=True))


def assumed_value(name: str) -> float:
    """One of the single values imports assume, from reference/osm_values.csv (unit in the table)."""
    return _values()[name]


def unit_hash(names: pd.Series, salt: str) -> Floats:
    """A number in 0 to below 1 for each name, the same on every machine; shape (n,)."""
    head = f"0|{salt}|".encode()
    codes, known = pd.factorize(names.to_numpy(dtype=object))
    digests = [hashlib.blake2b(head + str(name).encode(), digest_size=6).digest() for name in known]
    return np.array([int.from_bytes(digest, "big") / 2**48 for digest in digests], dtype=float)[codes]


def _pairs(frame: pd.DataFrame, first: str, second: str) -> zip[tuple[str, str]]:
    # Through plain objects: Arrow strings are slow to walk one by one.
    return zip(frame[first].to_numpy(dtype=object), frame[second].to_numpy(dtype=object), strict=True)


def fill_assumed(
    assets: gpd.GeoDataFrame,
    names: RegisterNames | None = None,
) -> gpd.GeoDataFrame:
    """Fill what a register lacks by the rules at the head of this module.

    Parameters
    ----------
    assets : GeoDataFrame
        Assets in a metric CRS; columns of the schema that are not there are added. Never written to.
    names : RegisterNames, optional
        Classes and groups; by default the packaged ones.

    Returns
    -------
    GeoDataFrame
        The schema's columns, `geometry`, and in `assumed` the name of each column filled, joined by spaces.

    Raises
    ------
    RegisterError
        A value that is there breaks the schema.
    """
    import geopandas as gpd

    frame = assets.reset_index(drop=True)
    place = pd.Series(np.arange(1, len(frame) + 1), index=frame.index)
    names = names or packaged_names()
    out, faults = schema.conform(pd.DataFrame(frame), "assets", "assets", place, {"asset_class": names.classes.names})
    # A broken value must not pass for a missing one.
    faults = [fault for fault in faults if not fillable(fault)]
    if faults:
        raise RegisterError(faults)
    filled: dict[str, Bools] = {}
    parent = _parents(out)
    _fill_place(out, parent, names.classes, filled)
    _fill_size(out, parent, frame.geometry, names.classes, filled)
    group = group_of(out, names.groups)
    _fill_condition(out, group, filled)
    _fill_traffic(out, parent, filled)
    cost = group.map(names.groups.set_index("group")["replacement_unit_cost"]).to_numpy(dtype=float)
    _put(out, "replacement_value", out["quantity"].to_numpy() * cost, filled)
    out["assumed"] = _named(out["assumed"], filled)
    return gpd.GeoDataFrame(out, geometry=frame.geometry.array, crs=assets.crs)


def fillable(fault: Fault) -> bool:
    """Whether a fault is only that a quantity is missing, which filling mends."""
    return fault.column == "quantity" and fault.rule in ("this column is missing", "a value is required")


def fill_and_check(
    assets: gpd.GeoDataFrame,
    file: str,
    rows: pd.Series,
    names: RegisterNames | None = None,
    bare: Bools | None = None,
) -> tuple[gpd.GeoDataFrame, list[Fault]]:
    """Check assets as they come, fill what they lack where that is their only fault, and check again.

    Results are those of `validation.check_register`.

    Parameters
    ----------
    assets, file, rows, names, bare : GeoDataFrame, str, Series of int, RegisterNames, array of bool
        As of `validation.check_register`.
    """
    clean, faults = check_register(assets, file, rows, names, bare)
    faults = [fault for fault in faults if not fillable(fault)]
    if faults or not len(assets):
        return clean, faults
    return check_register(fill_assumed(clean, names), file, rows, names, bare)


def _parents(out: pd.DataFrame) -> Ints:
    """Row of each asset's parent, −1 where it has none."""
    first = out[~out["asset_id"].duplicated()]
    rows = dict(zip(first["asset_id"].to_numpy(dtype=object), first.index, strict=True))
    names = out["parent_id"].to_numpy(dtype=object)
    return np.array([rows.get(name, -1) if name else -1 for name in names], dtype=np.int64)


def _missing(out: pd.DataFrame, column: str) -> Bools:
    values = out[column]
    if pd.api.types.is_numeric_dtype(values):
        return values.isna().to_numpy()
    return (values == "").to_numpy()


def _put(
    out: pd.DataFrame,
    column: str,
    values: NDArray,
    filled: dict[str, Bools],
    where: Bools | None = None,
    mark: Bools | None = None,
) -> None:
    """Fill a column where it is missing (and `where`), and mark those rows (only those of `mark`) as assumed."""
    known = ~pd.isna(values) if values.dtype != object else np.array([value not in ("", None) for value in values])
    chosen = _missing(out, column) & known
    if where is not None:
        chosen &= where
    out.loc[chosen, column] = values[chosen]
    marked = chosen if mark is None else chosen & mark
    filled[column] = filled.get(column, np.zeros(len(out), dtype=bool)) | marked


def _from_parent(out: pd.DataFrame, column: str, parent: Ints) -> NDArray:
    """The parent's value, missing where there is no parent."""
    numeric = pd.api.types.is_numeric_dtype(out[column])
    taken = np.full(len(out), np.nan if numeric else "", dtype=float if numeric else object)
    has = parent >= 0
    taken[has] = out[column].to_numpy(dtype=taken.dtype)[parent[has]]
    return taken


def _fill_place(out: pd.DataFrame, parent: Ints, classes: AssetClasses, filled: dict[str, Bools]) -> None:
    kind = out["asset_class"].to_numpy(dtype=object)
    road, follows = kind == CARRIAGEWAY, np.isin(kind, classes.where("takes_road_class"))
    _put(out, "road_class", np.full(len(out), "U", dtype=object), filled, road)
    _put(out, "road_class", _from_parent(out, "road_class", parent), filled, follows)
    default = np.where(np.isin(kind, classes.where("environment", "urban")), "urban", "rural").astype(object)
    _put(out, "environment", default, filled, road)
    _put(out, "environment", _from_parent(out, "environment", parent), filled)
    _put(out, "environment", default, filled)


def _fill_size(
    out: pd.DataFrame,
    parent: Ints,
    geometry: gpd.GeoSeries,
    classes: AssetClasses,
    filled: dict[str, Bools],
) -> None:
    kind = out["asset_class"].to_numpy(dtype=object)
    paved = np.isin(kind, classes.where("counted_by", "area"))
    lines = geometry.geom_type.isin(["LineString", "MultiLineString"]).to_numpy()
    drawn = np.where(lines, shapely.length(geometry.to_numpy()), np.nan)
    # A length measured on the line is not an assumption.
    _put(out, "length_m", np.where(drawn > 0, drawn, np.nan), filled, paved, mark=np.zeros(len(out), dtype=bool))
    _put(out, "length_m", _usual(kind, "length"), filled, paved)
    bridge = kind == BRIDGE
    widths = load_table("default_widths")
    usual = dict(zip(zip(widths["road_class"], widths["environment"], strict=True), widths["width_m"], strict=True))
    pairs = _pairs(out, "road_class", "environment")
    default = np.array([usual.get(pair, np.nan) for pair in pairs], dtype=float)
    _put(out, "width_m", default, filled, kind == CARRIAGEWAY)
    allowance = assumed_value("deck_allowance")
    _put(out, "width_m", _from_parent(out, "width_m", parent) + allowance, filled, bridge)
    _put(out, "width_m", default + allowance, filled, bridge)
    _put(out, "width_m", _usual(kind, "width"), filled, paved)
    area = (out["length_m"] * out["width_m"]).to_numpy(dtype=float)
    guessed = filled["width_m"] | filled["length_m"]
    already = out["assumed"].str.contains(r"\b(?:width_m|length_m)\b", regex=True).to_numpy(dtype=bool)
    _put(out, "quantity", area, filled, paved, mark=guessed | already)
    _put(out, "quantity", np.ones(len(out)), filled, np.isin(kind, classes.where("counted_by", "number")))


def _usual(kind: NDArray, size: str) -> Floats:
    """The usual length or width of each asset's class (m), as "footway_width" in reference/osm_values.csv, else NaN."""
    known = _values()
    return np.array([known.get(f"{name}_{size}", np.nan) for name in kind], dtype=float)


def draw_index(group: pd.Series, link: pd.Series, asset_id: pd.Series) -> Floats:
    """Draw a condition index for each asset from its group's shares.

    Parameters
    ----------
    group, link, asset_id : Series of str, shape (n,)
        Assets of one link get near-equal values; a blank link stands for the asset by itself.

    Returns
    -------
    array of float, shape (n,)
        Index 0–100 to one decimal; NaN for a group that reference/assumptions.csv does not have.
    """
    shares = load_table("assumptions")
    together = link.where(link != "", asset_id)
    chance = unit_hash(together, "band")
    within = unit_hash(together, "within") + _SPREAD * (unit_hash(asset_id, "section") - 0.5)
    within = np.clip(within, 0.0, 1.0)
    drawn = np.full(len(group), np.nan)
    for name, rows in shares.groupby("group", sort=False):
        member = (group == name).to_numpy()
        if not member.any():
            continue
        ends = np.cumsum(rows["share"].to_numpy(dtype=float))
        band = np.minimum(np.searchsorted(ends, chance[member], side="right"), len(ends) - 1)
        low = rows["index_low"].to_numpy(dtype=float)[band]
        high = rows["index_high"].to_numpy(dtype=float)[band]
        drawn[member] = np.round(low + (high - low) * within[member], 1)
    return drawn


def _fill_condition(out: pd.DataFrame, group: pd.Series, filled: dict[str, Bools]) -> None:
    unknown = _missing(out, "value") & _missing(out, "measure")
    known = ~unknown
    drawn = draw_index(group, out["link_id"], out["asset_id"])
    give = unknown & ~np.isnan(drawn)
    _put(out, "measure", np.full(len(out), "index", dtype=object), filled, give)
    _put(out, "value", drawn, filled, give)
    _put(out, "surveyed_year", np.full(len(out), assumed_value("survey_year")), filled, give)
    _put(out, "confidence", np.full(len(out), "low", dtype=object), filled, give)
    _put(out, "confidence", np.full(len(out), "medium", dtype=object), filled, known & ~_missing(out, "value"))


def _fill_traffic(out: pd.DataFrame, parent: Ints, filled: dict[str, Bools]) -> None:
    kind = out["asset_class"].to_numpy(dtype=object)
    table = load_table("traffic")
    keys = list(zip(table["road_class"], table["environment"], strict=True))
    flow = dict(zip(keys, table["aadt"].astype(float), strict=True))
    share = dict(zip(keys, table["hgv_share"].astype(float), strict=True))
    pairs = list(_pairs(out, "road_class", "environment"))
    aadt = np.array([flow.get(pair, np.nan) for pair in pairs], dtype=float)
    heavy = np.array([share.get(pair, np.nan) for pair in pairs], dtype=float)
    for served in (kind == CARRIAGEWAY, kind == BRIDGE):
        _put(out, "aadt", _from_parent(out, "aadt", parent), filled, served & (kind == BRIDGE))
        _put(out, "aadt", aadt, filled, served)
        _put(out, "hgv", _from_parent(out, "hgv", parent), filled, served & (kind == BRIDGE))
        _put(out, "hgv", np.round(out["aadt"].to_numpy() * heavy), filled, served)


def _named(before: pd.Series, filled: dict[str, Bools]) -> pd.Series:
    names = [column for column in schema.columns("assets") if column in filled]
    marks = np.stack([filled[column] for column in names], axis=1)
    # Few different sets of columns are filled: name each set once.
    packed = marks @ (1 << np.arange(len(names)))
    pairs = pd.Series(zip(before.to_numpy(dtype=object), packed, strict=True))
    codes, kinds = pd.factorize(pairs)
    joined = []
    for old, bits in kinds:
        kept = old.split()
        added = [name for place, name in enumerate(names) if bits >> place & 1 and name not in kept]
        joined.append(" ".join([*kept, *added]))
    return pd.Series(np.array(joined, dtype=object)[codes], index=before.index, dtype="str")


def assumed_share(assets: pd.DataFrame) -> pd.Series:
    """Share of assets (0–1) whose value was filled by a rule, by column; columns nobody filled are left out."""
    if not len(assets):
        return pd.Series(dtype="float64", name="share")
    counts = assets["assumed"].str.split().explode().dropna().value_counts()
    order = [column for column in schema.columns("assets") if column in counts.index]
    return (counts.reindex(order) / len(assets)).rename("share")
