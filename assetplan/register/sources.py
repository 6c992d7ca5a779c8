"""Columns of a register from several sources, joined by street reference, link or position; and which came from where.

`sources` holds, for each asset, every column that a source gave with the source's name and date. What joins: the unique
street reference number (USRN), which is text; the link's identifier; or place, the nearest line of the source to the
middle of a section, no further off than `join_reach` of reference/osm_values.csv. A value that the register measured
itself is not replaced: only what is missing or was assumed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from assetplan._types import Bools, Ints, Shapes, Texts
from assetplan.network.lines import midpoints
from assetplan.network.referencing import nearest_links
from assetplan.register.fill import assumed_value, fill_assumed
from assetplan.register.register import Register
from assetplan.register.validation import validate_register

if TYPE_CHECKING:
    import geopandas as gpd

# What rules reckon from other columns, and so must reckon again where those change.
_FOLLOW = {"width_m": ("quantity",), "road_class": ("aadt", "hgv"), "environment": ("aadt", "hgv")}


def usrn_text(values: pd.Series) -> pd.Series:
    """USRN as text of eight figures, where a number has lost zeros in front or gained a decimal."""
    text = values.astype(object).where(values.notna(), "").astype("str").str.strip()
    text = text.str.replace(r"\.0$", "", regex=True)
    return text.where(~text.str.fullmatch(r"\d{1,7}"), text.str.zfill(8))


def with_sources(assets: gpd.GeoDataFrame, columns: Collection[str], source: str) -> gpd.GeoDataFrame:
    """Assets whose `sources` name a source for each of its columns that is there and no rule filled.

    Parameters
    ----------
    assets : GeoDataFrame
        Never written to.
    columns : collection of str
        Columns that the source gave where they hold a value.
    source : str
        Its name and date.
    """
    table = assets.copy()
    assumed = _words(table, "assumed")
    marks = {name: _there(table[name]) & ~_assumed(assumed, name) for name in columns if name in table.columns}
    table["sources"] = _named(_words(table, "sources"), marks, source)
    return table


def joined(
    register: Register,
    facts: gpd.GeoDataFrame,
    columns: Collection[str],
    source: str,
    classes: Collection[str],
    by: Collection[str] = ("link", "USRN", "place"),
) -> Register:
    """A register with the facts of another source, by USRN, link or place.

    Parameters
    ----------
    register : Register
        Never written to.
    facts : GeoDataFrame
        Lines [m], with any of `usrn` and `link_id`, and the columns to take.
    columns : collection of str
        Columns to take where the register's value is missing or assumed.
    source : str
        Name and date of the source.
    classes : collection of str
        Classes of asset that the facts are about.
    by : collection of str
        What may join, the first that does: "link", "USRN", "place".

    Returns
    -------
    Register
        Its notes say how many assets were joined by what, and how many values each column took.
    """
    assets = register.assets
    own = np.flatnonzero(assets["asset_class"].isin(list(classes)).to_numpy())
    fact, how = _fact_of(assets.iloc[own], facts.to_crs(assets.crs), by)
    counts = Counter(how[fact >= 0])
    notes = [(f"assets joined to {source} by {name}", counts[name]) for name in by]
    notes.append((f"assets not joined to {source}", int((fact < 0).sum())))
    own, fact = own[fact >= 0], fact[fact >= 0]
    table, marks = assets.copy(), {}
    for name in (name for name in columns if name in facts.columns):
        values = facts[name].to_numpy()[fact]
        may = ~_there(table[name].iloc[own]) | _assumed(table["assumed"].iloc[own], name)
        rows = own[may & _there(pd.Series(values))]
        values = facts[name].to_numpy()[fact[may & _there(pd.Series(values))]]
        table.iloc[rows, table.columns.get_loc(name)] = values
        marks[name] = np.zeros(len(table), dtype=bool)
        marks[name][rows] = True
        table = _known(table, marks[name], name)
        notes.append((f"{name} from {source}", len(rows)))
    table["sources"] = _named(table["sources"], marks, source)
    whole = replace(register, assets=fill_assumed(table), notes=(*register.notes, *notes))
    return validate_register(whole)


def _assumed(assumed: pd.Series, name: str) -> Bools:
    return assumed.str.contains(rf"\b{name}\b", regex=True).to_numpy(dtype=bool)


def _known(table: gpd.GeoDataFrame, where: Bools, name: str) -> gpd.GeoDataFrame:
    """Assets of which a column is no longer assumed; what a rule reckoned from it is blank, to be reckoned again."""
    out = table.copy()
    for each in (name, *_FOLLOW.get(name, ())):
        held = where & _assumed(out["assumed"], each)
        if each != name:
            out.loc[held, each] = np.nan
        shorter = out["assumed"].str.replace(rf"\b{each}\b", "", regex=True).str.split().str.join(" ")
        out["assumed"] = out["assumed"].where(~held, shorter)
    return out


def _fact_of(assets: gpd.GeoDataFrame, facts: gpd.GeoDataFrame, by: Collection[str]) -> tuple[Ints, Texts]:
    """Row of the fact of each asset, −1 for none, and by what it was joined."""
    fact = np.full(len(assets), -1, dtype=np.intp)
    how = np.full(len(assets), "", dtype=object)
    for name, column in (("link", "link_id"), ("USRN", "usrn")):
        if name not in by or column not in facts.columns:
            continue
        keys = facts[column].to_numpy(dtype=object)
        place_of = {key: row for row, key in zip(range(len(keys) - 1, -1, -1), keys[::-1], strict=True) if key}
        at = np.array([place_of.get(key, -1) if key else -1 for key in assets[column]], dtype=np.intp)
        new = (fact < 0) & (at >= 0)
        fact[new], how[new] = at[new], name
    left = np.flatnonzero(fact < 0)
    if len(left) and "place" in by:
        reach = assumed_value("join_reach")
        fact[left] = nearest_links(_middles(assets.geometry.to_numpy()[left]), facts.geometry.to_numpy(), reach)
        how[left] = "place"
    return fact, how


def _middles(shapes: Shapes) -> Shapes:
    """The middle of each line, and a point of any other shape."""
    line = shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING
    out = np.empty(len(shapes), dtype=object)
    out[line], out[~line] = midpoints(shapes[line]), shapely.point_on_surface(shapes[~line])
    return out


def _there(values: pd.Series) -> Bools:
    return (values.notna() & (values.astype(object) != "")).to_numpy(dtype=bool)


def _words(table: pd.DataFrame, column: str) -> pd.Series:
    """A column of text, blank where it is not there."""
    values = table[column] if column in table.columns else pd.Series("", index=table.index)
    return values.fillna("").astype("str")


def _named(before: pd.Series, marks: dict[str, Bools], source: str) -> pd.Series:
    """What each asset's sources name, with those of some columns in place of what they had."""
    if not marks:
        return before
    packed = np.stack(list(marks.values()), axis=1) @ (1 << np.arange(len(marks)))
    codes, kinds = pd.factorize(pd.Series(zip(before.to_numpy(dtype=object), packed, strict=True)))
    texts = []
    for text, bits in kinds:
        held = dict(part.split(" = ", 1) for part in text.split("; ") if " = " in part)
        held |= {name: source for place, name in enumerate(marks) if bits >> place & 1}
        texts.append("; ".join(f"{name} = {given}" for name, given in held.items()))
    return pd.Series(np.array(texts, dtype=object)[codes], index=before.index, dtype="str")


def source_summary(assets: pd.DataFrame) -> list[tuple[str, str, int]]:
    """Column, source and number of assets of everything that `sources` names, in order of column."""
    counts: Counter[tuple[str, str]] = Counter()
    for text, number in assets["sources"].value_counts().items():
        for part in str(text).split("; "):
            name, _, source = part.partition(" = ")
            if source:
                counts[(name, source)] += int(number)
    return [(name, source, number) for (name, source), number in sorted(counts.items())]
