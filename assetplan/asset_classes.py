"""Classes of asset as rows: what each is called, counted in and drawn as, and where it stands.

Rows of `reference/asset_classes.csv`, and of a council's own table, hold how classes differ. Three classes are named in
the code, because a model of their own is behind them: the constants below.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path

import pandas as pd

from assetplan._types import Floats, Texts
from assetplan.errors import ConfigError
from assetplan.reference import load_table
from assetplan.schema import choices, extended_table, row_faults

CARRIAGEWAY = "carriageway"
"""Its sections are the road network: traffic, detours, hierarchy and length by residual life are of them."""
BRIDGE = "bridge"
"""Carries load: capacity, weight limits and the detours round them, inspection by element."""
BUILDING = "building"
"""Its assets are components of a building, which is no asset itself: they name it, and have grades and a backlog."""
FOOTWAY = "footway"
"""What imports of maps call the ways beside a road; no model knows it."""

UNITS = ("m2", "m", "no")
"""Units that quantities are counted in."""
SYMBOLS = ("thick line", "thin line", "circle", "triangle", "square", "diamond", "star", "cross")
"""Marks of a class on the map and in its key."""
_YES_NO = ("yes", "no")
_NAME = r"[a-z][a-z0-9_]*"
# Layers of a register beside those of classes.
_TAKEN = ("places", "districts", "other_roads", "inspections", "notes")


@dataclass(frozen=True)
class AssetClass:
    """One class of asset.

    Attributes
    ----------
    asset_class, label, plural : str; identifier, and what a reader calls one of them and all of them
    order : float; place in tables and layers of a report
    unit : str; unit of the register's quantity, by which treatments are priced
    stock_unit, stock_column, stock_divisor : str, str, float
        What condition tables and targets count: a column of the register over a divisor.
    drawn, symbol : str; "line" or "point" on the map, and its mark there and in the key
    shown_first : bool; whether its layer is on when the map opens
    environment : str; "urban" or "rural" where it is known of neither the asset nor its road
    counted_by : str; where the register gives no quantity: "area" (length × width), "number" (1), or "stated" for never
    takes_road_class, takes_level : bool
        Whether it takes the road class and environment, and the level in the hierarchy, of the section it names as
        parent.
    bands : str; scale of reference/bands.csv that its condition is shown in: "index", or a measure's, such as "grades"
    schemes : str
        "sections" join into schemes along a road, what is "beside" them may share their site, components of one "block"
        share its access, "no" other does.
    verified : bool; whether a source stands behind the row
    """

    asset_class: str
    label: str
    plural: str
    order: float
    unit: str
    stock_unit: str
    stock_column: str
    stock_divisor: float
    drawn: str
    symbol: str
    shown_first: bool
    environment: str
    counted_by: str
    takes_road_class: bool
    takes_level: bool
    bands: str
    schemes: str
    verified: bool


BID = AssetClass(
    "bid", "Bid", "Bids", 99.0, "bid", "number", "quantity", 1.0, "point", "circle", False, "urban",
    "stated", False, False, "index", "no", True,
)  # fmt: skip
"""What works items of bids are of: no class of the register, so no row of the table."""

SALE = "sale"
"""Kind of a bid that sells premises, and of its works items."""


@dataclass(frozen=True)
class AssetClasses:
    """The classes in force, and from which file and line each comes."""

    rows: tuple[AssetClass, ...]
    places: tuple[tuple[str, int], ...] = ()

    def __getitem__(self, name: object) -> AssetClass:
        for row in self.rows:
            if row.asset_class == name:
                return row
        raise KeyError(name)

    def __iter__(self) -> Iterator[AssetClass]:
        return iter(self.rows)

    @property
    def names(self) -> tuple[str, ...]:
        """Identifiers, in the order of the table."""
        return tuple(row.asset_class for row in self.rows)

    def where(self, column: str, value: object = True) -> tuple[str, ...]:
        """Identifiers of the classes that have a value in a column."""
        return tuple(row.asset_class for row in self.rows if getattr(row, column) == value)

    def order(self, name: object) -> tuple[float, str]:
        """Sort key that puts classes in the order of reports."""
        return self[name].order, str(name)

    def stock_of(self, assets: pd.DataFrame, asset_class: str) -> tuple[str, Floats]:
        """Unit, and the stock of each asset in it as if it were of that class, (n_assets,)."""
        row = self[asset_class]
        return row.stock_unit, assets[row.stock_column].fillna(0.0).to_numpy(dtype=float) / row.stock_divisor

    def bands_of(self, assets: pd.DataFrame) -> Texts:
        """Scale of bands that each asset's condition is shown in, (n_assets,)."""
        return assets["asset_class"].map({row.asset_class: row.bands for row in self.rows}).to_numpy(dtype=object)

    def of(self, present: Iterable[str]) -> tuple[AssetClass, ...]:
        """Some of the classes, in the order of reports."""
        return tuple(self[name] for name in sorted(set(present), key=self.order))


def load_asset_classes(path: Path | None = None) -> AssetClasses:
    """Read the classes of asset.

    Parameters
    ----------
    path : path, optional
        A CSV with the columns of reference/asset_classes.csv, whose rows are added to the packaged ones or replace
        those of the same class.

    Raises
    ------
    ConfigError
        Rows break their rules; every fault is listed.
    """
    return _packaged() if path is None else _load(path)


@cache
def _packaged() -> AssetClasses:
    return _load(None)


def _load(path: Path | None) -> AssetClasses:
    table = extended_table("asset_classes", "asset_class", path)
    allowed = {
        "unit": UNITS,
        "stock_column": ("quantity", "length_m", "replacement_value"),
        "drawn": ("line", "point"),
        "symbol": SYMBOLS,
        "environment": choices("assets", "environment"),
        "counted_by": ("area", "number", "stated"),
        "schemes": ("sections", "beside", "block", "no"),
        **dict.fromkeys(("shown_first", "takes_road_class", "takes_level"), _YES_NO),
    }
    scales = load_table("bands").dropna(subset="measure")["scale"].unique()
    allowed["bands"] = tuple(map(str, scales))
    name, needed = table["asset_class"].astype("str"), ("label", "plural", "stock_unit", "order")
    faults = row_faults(
        table,
        [
            *(
                (column, table[column].isin(good), f"must be one of {', '.join(good)}")
                for column, good in allowed.items()
            ),
            *((column, table[column].notna(), "a value is required") for column in needed),
            ("asset_class", name.str.fullmatch(_NAME), "must be small letters, digits and _, a letter first"),
            ("asset_class", ~name.isin(_TAKEN), "is the name of another layer of a register"),
            ("bands", (table["bands"] == "index") | (name != CARRIAGEWAY), "must be index: the map counts roads by it"),
            ("asset_class", name != BID.asset_class, "is what works items of bids are of"),
            ("stock_divisor", table["stock_divisor"] > 0, "must be a number above 0"),
        ],
    )
    if faults:
        raise ConfigError(faults)
    flags = ["shown_first", "takes_road_class", "takes_level", "verified"]
    table[flags] = table[flags] == "yes"
    table = table.astype({"order": "float64", "stock_divisor": "float64"})
    names = [field.name for field in fields(AssetClass)]
    known = AssetClasses(tuple(AssetClass(*row) for row in table[names].itertuples(index=False)))
    return replace(known, places=tuple(zip(table["file"], table["row"].astype(int), strict=True)))


def default_groups(groups: pd.DataFrame | None = None) -> pd.DataFrame:
    """The deterioration group that assets of a class and road class are of where they name none.

    Parameters
    ----------
    groups : DataFrame, optional
        Columns asset_class, road_class (classes joined by |, blank where it does not matter) and group; by default the
        packaged groups.

    Returns
    -------
    DataFrame
        Columns asset_class, road_class ("" where it does not matter), group; classes with several groups that road
        class does not part (building components) are left out.
    """
    table = load_table("groups") if groups is None else groups
    keys = ["asset_class", "road_class"]
    columns = (table[name].fillna("").to_numpy(dtype=object) for name in (*keys, "group"))
    rows = pd.DataFrame(
        [(of, road, group) for of, roads, group in zip(*columns, strict=True) for road in roads.split("|")],
        columns=[*keys, "group"],
    )
    return rows[~rows.duplicated(keys, keep=False)].reset_index(drop=True)


def group_of(assets: pd.DataFrame, groups: pd.DataFrame | None = None) -> pd.Series:
    """Deterioration group of each asset: its own, else the default of its class and road class, else "".

    Parameters
    ----------
    assets : DataFrame; columns asset_class and road_class, and group where any has its own
    groups : DataFrame, optional; as of `default_groups`
    """
    rows = default_groups(groups)
    keys = ["asset_class", "road_class"]
    # Through plain objects: Arrow strings are slow to walk one by one.
    default = dict(zip(zip(*(rows[key] for key in keys), strict=True), rows["group"], strict=True))
    pairs = zip(*(assets[key].fillna("").to_numpy(dtype=object) for key in keys), strict=True)
    names = [default.get(pair) or default.get((pair[0], ""), "") for pair in pairs]
    out = pd.Series(names, index=assets.index, dtype="str")
    return out if "group" not in assets else assets["group"].mask(assets["group"].fillna("") == "", out)
