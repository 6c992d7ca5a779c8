"""What the map needs of a programme, as one packet: roads as lines, everything else as points, and the works."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from assetplan._types import Ints
from assetplan.asset_classes import CARRIAGEWAY, AssetClasses
from assetplan.condition import band_meanings, band_names, codes_of_index
from assetplan.report.critical import critical_columns
from assetplan.report.encoding import DEGREE, PacketColumn, code_cases, column, condition_bytes, pack
from assetplan.report.placed_bids import with_placed_bids, without_exempt
from assetplan.report.symbols import CORNERS
from assetplan.report.wording import BAND_COLOURS, KIND_COLOURS, OTHER_KIND_COLOUR
from assetplan.words import financial_year

if TYPE_CHECKING:
    from assetplan.programme import Programme
    from assetplan.register import Register

TOLERANCE = 1.0
"""How far a drawn line may lie from the surveyed one [m]: below what a stored coordinate resolves."""


@dataclass(frozen=True)
class Payload:
    """The map's packet, where it lies (south, west, north, east; degrees) and what is in it."""

    packet: bytes
    bounds: tuple[float, float, float, float]
    classes: tuple[str, ...]
    kinds: tuple[str, ...]
    unplaced: int
    critical: bool


_NUMBER = re.compile(r"(#|\d(?:[\d,.]*\d)?)")


class Dictionary:
    """Texts, each once, in order of first use."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}

    def codes(self, values: pd.Series) -> Ints:
        """Place of each text in the list, "" for one that is missing.

        Parameters
        ----------
        values : Series; texts (n,)
        """
        codes, texts = pd.factorize(values.fillna("").astype(str))
        return np.array([self.texts.setdefault(text, len(self.texts)) for text in texts], dtype=np.intp)[codes]

    def listing(self) -> list[str]:
        """The texts, each once."""
        return list(self.texts)


class _Sentences(Dictionary):
    """Sentences that differ in their numbers alone: each form once with # for a number, and the numbers in order."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: list[str] = []

    def codes(self, values: pd.Series) -> Ints:
        # The pattern's group makes every other part a number.
        parts = [_NUMBER.split(text) for text in values.fillna("").astype(str)]
        self.numbers += [number for between in parts for number in between[1::2]]
        return super().codes(pd.Series(["#".join(between[::2]) for between in parts], dtype=str))

    def sentences(self) -> list[Any]:
        """The forms, and all numbers as one text: where each begins follows from counting #."""
        return [self.listing(), " ".join(self.numbers)]


def settlements(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The places that a map labels: towns and villages, not the schools and hospitals in them."""
    if "kind" not in places:
        return places
    return places[places["kind"].fillna("").isin(["", "settlement"])]


def make_payload(programme: Programme, named: bool = False) -> Payload | None:
    """Return the map's packet, or None where no asset has a location.

    Raises ValueError if the assets have no coordinate reference system.

    Parameters
    ----------
    programme, named : Programme, bool; whether the packet has the identifier of each asset too
    """
    assets, classes, bids = with_placed_bids(programme)
    drawn = draw_network(programme, assets, classes)
    if drawn is None:
        return None
    base = int(programme.years[0]) - 1
    years = [base, *(int(year) for year in programme.years)]
    condition, shown = condition_columns(drawn.assets, years, programme.works["asset_id"])
    works, more = _works(without_exempt(programme.works), drawn.assets, base)
    names = identifiers(drawn.assets) if named else {}
    packet = pack({**drawn.header, **condition, **works, **names}, [*drawn.columns, *shown, *more])
    unplaced = len(programme.assets) + bids - len(drawn.assets)
    return Payload(
        packet,
        drawn.bounds,
        tuple(drawn.header["classes"]),
        tuple(works["kinds"]),
        unplaced,
        "critical" in condition,
    )


@dataclass(frozen=True, eq=False)
class Drawn:
    """What any map of assets has, whatever it shows of them.

    Attributes
    ----------
    assets : GeoDataFrame; those that have a place, in the order of the packet
    header, columns : dict, list of PacketColumn; of the packet
    bounds : tuple of float; where they lie (south, west, north, east; degrees)
    """

    assets: gpd.GeoDataFrame
    header: dict[str, Any]
    columns: list[PacketColumn]
    bounds: tuple[float, float, float, float]


def identifiers(assets: pd.DataFrame) -> dict[str, list[str]]:
    """What the header of a packet has of assets that are called by their identifiers."""
    return {"ids": assets["asset_id"].astype(str).to_list()}


def draw_network(ground: Programme | Register, assets: gpd.GeoDataFrame, classes: AssetClasses) -> Drawn | None:
    """Assets with the places and districts of a programme or register behind them; None where none has a location.

    Parameters
    ----------
    ground : Programme or Register; whose places and districts
    assets : GeoDataFrame; its own, or others of the same columns
    classes : AssetClasses; the classes that they may be of

    Raises
    ------
    ValueError
        The assets have no coordinate reference system.
    """
    if assets.crs is None:
        raise ValueError("the programme's assets have no coordinate reference system, so they cannot be mapped")
    placed, lines = _ordered(assets, classes)
    if not len(placed):
        return None
    header, columns = _described(placed, classes, lines)
    shapes, bounds = _geometry(placed, lines)
    places, areas = _ground(ground)
    bounds = _with_districts(bounds, ground.districts)
    return Drawn(placed, {**header, **places}, [*columns, *shapes, *areas], bounds)


def _text(frame: pd.DataFrame, name: str) -> pd.Series:
    given = frame[name] if name in frame else pd.Series("", index=frame.index)
    return given.fillna("").astype(str)


def _ordered(assets: gpd.GeoDataFrame, classes: AssetClasses) -> tuple[gpd.GeoDataFrame, int]:
    """Placed assets in WGS 84: lines first along their roads, then points place by place; and how many lines."""
    shape = assets.geometry
    assets = assets[~(shape.isna() | shape.is_empty)]
    if not len(assets):
        return assets, 0
    linear = assets.geom_type.isin(["LineString", "MultiLineString"]) & assets["asset_class"].isin(
        classes.where("drawn", "line")
    )
    simple = shapely.simplify(assets.geometry.to_numpy(), TOLERANCE if assets.crs.is_projected else 0.0)
    drawn = np.where(linear, simple, shapely.point_on_surface(simple))
    moved = gpd.GeoSeries(drawn, index=assets.index, crs=assets.crs).to_crs(4326)
    assets = assets.set_geometry(moved)
    name, link = _text(assets, "name"), _text(assets, "link_id")
    road = _text(assets, "road")
    label = road.where(road != "", name.where(name != "", link)).where(linear, name.where(name != "", road))
    where = shapely.get_coordinates(shapely.centroid(assets.geometry.to_numpy())).round(5)
    order = pd.DataFrame(
        {
            "point": ~linear.to_numpy(),
            "rank": assets["asset_class"].map({row.asset_class: row.order for row in classes}).to_numpy(),
            "label": np.where(linear, label, ""),
            "link": link.to_numpy(),
            "along": pd.to_numeric(assets["chainage_m"], errors="coerce").fillna(0).to_numpy(),
            "x": where[:, 0],
            "y": where[:, 1],
            "id": assets["asset_id"].astype(str).to_numpy(),
        }
    )
    points = order["point"]
    order.loc[points, "link"] = ""
    order.loc[points, "along"] = 0
    rank = order.sort_values(["point", "rank", "label", "link", "along", "x", "y", "id"]).index
    return assets.assign(map_label=label).iloc[rank], int((~points).sum())


def _described(assets: gpd.GeoDataFrame, known: AssetClasses, lines: int) -> tuple[dict[str, Any], list[PacketColumn]]:
    """Classes, names, districts and lengths of assets."""
    classes = sorted(set(assets["asset_class"].astype(str)), key=known.order)
    labels, districts = Dictionary(), Dictionary()
    road_class = _text(assets, "road_class").map({"A": 0, "B": 1, "C": 2, "U": 3}).fillna(4)
    columns = [
        column("asset_class", assets["asset_class"].astype(str).map(classes.index), "u1"),
        column("label", labels.codes(assets["map_label"]), "i4", delta=True),
        column("road_class", road_class, "u1"),
        column("district", districts.codes(_text(assets, "district")), "i2"),
        column("chainage", _whole(assets["chainage_m"]), "i4", delta=True),
        column("length", _whole(assets["length_m"]), "i4"),
    ]
    header = {
        "count": len(assets),
        "lines": lines,
        "classes": classes,
        "road": classes.index(CARRIAGEWAY) if CARRIAGEWAY in classes else -1,
        "class_labels": [known[name].label for name in classes],
        "class_shapes": [CORNERS.get(known[name].symbol, []) for name in classes],
        "class_thin": [known[name].symbol == "thin line" for name in classes],
        **_own_bands([known[name].bands for name in classes]),
        "labels": labels.listing(),
        "districts": districts.listing(),
    }
    return header, columns


def _own_bands(scales: list[str]) -> dict[str, Any]:
    """What each whole condition index is called in the bands of each class, where any has bands of its own."""
    if set(scales) <= {"index"}:
        return {}
    out = []
    for scale in scales:
        words = [", ".join(filter(None, each)) for each in zip(band_names(scale), band_meanings(scale), strict=True)]
        out.append([] if scale == "index" else [words[code] for code in codes_of_index(scale, np.arange(101.0))])
    return {"class_bands": out}


def condition_columns(
    assets: gpd.GeoDataFrame, years: list[int], treated: pd.Series
) -> tuple[dict[str, Any], list[PacketColumn]]:
    """Condition by year in both cases, what closing a road costs, and the reasons of what gets no works.

    Parameters
    ----------
    assets : GeoDataFrame; those of the packet, with do_nothing_<year> and plan_<year>
    years, treated : list of int, Series; years that are shown; asset_id of what gets works
    """
    hierarchies, reasons = Dictionary(), _Sentences()
    nothing, plan = (
        condition_bytes(assets[[f"{case}_{year}" for year in years]].to_numpy(dtype=np.float64).T)
        for case in ("do_nothing", "plan")
    )
    coded, change = code_cases(nothing, plan)
    # Only what gets no works keeps its reason here: each works item has its own.
    reason = _text(assets, "reason").mask(assets["asset_id"].isin(treated), "")
    columns = [
        column("reason", reasons.codes(reason), "i4"),
        column("nothing", coded, "u1"),
        column("plan", change, "u1"),
    ]
    critical, more = critical_columns(assets)
    columns += more
    if "hierarchy" in assets:
        columns.append(column("hierarchy", hierarchies.codes(_text(assets, "hierarchy")), "i2"))
    header = {
        "years": years,
        "year_labels": [financial_year(year) for year in years],
        "hierarchies": hierarchies.listing(),
        "reasons": reasons.sentences(),
        "palette": list(BAND_COLOURS),
        **critical,
    }
    return header, columns


def _whole(values: pd.Series) -> Ints:
    """Metres or pounds to the nearest whole one; −1 where unknown."""
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64)
    return np.where(np.isnan(numbers), -1, np.rint(np.nan_to_num(numbers))).astype(np.int64)


def _geometry(assets: gpd.GeoDataFrame, lines: int) -> tuple[list[PacketColumn], tuple[float, float, float, float]]:
    shapes = assets.geometry.to_numpy()
    parts, owner = shapely.get_parts(shapely.line_merge(shapes[:lines]), return_index=True)
    columns = [column("pieces", np.bincount(owner, minlength=lines), "u1"), *_paths("line", parts)]
    points = np.rint(shapely.get_coordinates(shapes[lines:]) * DEGREE).astype(np.int64)
    columns += [column(f"point_{axis}", points[:, k], "i4", delta=True) for k, axis in enumerate("xy")]
    west, south, east, north = (float(value) for value in shapely.total_bounds(shapes))
    return columns, (south, west, north, east)


def _paths(name: str, parts: NDArray[Any]) -> list[PacketColumn]:
    """Columns of a set of lines: vertices in each, starts that do not follow on, and steps between vertices."""
    # 0.3° steps keep every difference within int16.
    xy, piece = shapely.get_coordinates(shapely.segmentize(parts, 0.3), return_index=True)
    grid = np.rint(xy * DEGREE).astype(np.int64)
    first = np.diff(piece, prepend=-1) > 0
    last = np.diff(piece, append=len(parts)) > 0
    moved = np.any(np.diff(grid, axis=0, prepend=grid[:1]) != 0, axis=1)
    keep = first | moved | last
    grid, piece, first = grid[keep], piece[keep], first[keep]
    step = np.diff(grid, axis=0, prepend=grid[:1])
    joined = np.zeros(len(parts), dtype=np.int64)
    joined[1:] = np.all(step[first][1:] == 0, axis=1)
    starts = grid[first][joined == 0]
    return [
        column(f"{name}_count", np.bincount(piece, minlength=len(parts)), "i2"),
        column(f"{name}_joined", joined, "u1"),
        column(f"{name}_start_x", starts[:, 0], "i4", delta=True),
        column(f"{name}_start_y", starts[:, 1], "i4", delta=True),
        column(f"{name}_dx", step[~first][:, 0], "i2"),
        column(f"{name}_dy", step[~first][:, 1], "i2"),
    ]


def _works(works: gpd.GeoDataFrame, assets: gpd.GeoDataFrame, base: int) -> tuple[dict[str, Any], list[PacketColumn]]:
    place = pd.Series(np.arange(len(assets)), index=assets["asset_id"].astype(str))
    frame = pd.DataFrame(works.drop(columns="geometry"))
    frame = frame.assign(place=frame["asset_id"].astype(str).map(place)).dropna(subset=["place"])
    frame = frame.sort_values(["place", "year"], ignore_index=True)
    treatments, kinds, schemes, reasons = Dictionary(), Dictionary(), Dictionary(), _Sentences()
    for kind in KIND_COLOURS:
        kinds.texts.setdefault(kind, len(kinds.texts))
    columns = [
        column("work_asset", frame["place"], "i4", delta=True),
        column("work_year", frame["year"].astype(int) - base, "u1"),
        column("work_treatment", treatments.codes(_text(frame, "label")), "i2"),
        column("work_kind", kinds.codes(_text(frame, "kind")), "u1"),
        column("work_cost", _whole(frame["cost"]), "i4"),
        column("work_scheme", schemes.codes(_text(frame, "scheme_id")), "i4", delta=True),
        column("work_reason", reasons.codes(_text(frame, "reason")), "i4"),
        column("work_committed", frame["committed"].fillna(False).to_numpy(dtype=np.bool_), "u1"),
    ]
    header = {
        "treatments": treatments.listing(),
        "kinds": kinds.listing(),
        "kind_colours": [KIND_COLOURS.get(kind, OTHER_KIND_COLOUR) for kind in kinds.listing()],
        "work_reasons": reasons.sentences(),
        "alone": schemes.texts.get("", -1),
    }
    return header, columns


def _ground(ground: Programme | Register) -> tuple[dict[str, Any], list[PacketColumn]]:
    """Districts as closed rings and places by population, largest first."""
    rings: NDArray[Any] = np.array([], dtype=object)
    districts = ground.districts
    if len(districts):
        shapes = districts.geometry[~(districts.geometry.isna() | districts.geometry.is_empty)]
        tolerance = 30.0 if shapes.crs.is_projected else 0.0
        simple = shapes.simplify(tolerance).to_crs(4326)
        rings = shapely.get_parts(shapely.boundary(shapely.get_parts(simple.to_numpy())))
    places = settlements(ground.places)
    listing: list[list[Any]] = []
    if len(places):
        size = pd.to_numeric(places["population"], errors="coerce").fillna(0)
        shown = places.assign(population=size).sort_values("population", ascending=False, kind="stable")
        spots = shapely.get_coordinates(shapely.centroid(shown.to_crs(4326).geometry.to_numpy()))
        listing = [
            [name, round(float(x), 5), round(float(y), 5)]
            for name, (x, y) in zip(_text(shown, "name"), spots, strict=True)
        ]
    return {"places": listing}, _paths("ring", rings)


def _with_districts(
    bounds: tuple[float, float, float, float], districts: gpd.GeoDataFrame
) -> tuple[float, float, float, float]:
    """Bounds of the assets widened to the districts, but by a tenth at most: others' districts may be there too."""
    south, west, north, east = bounds
    if not len(districts):
        return bounds
    x0, y0, x1, y1 = (float(value) for value in districts.to_crs(4326).total_bounds)
    across, down = (east - west) / 10, (north - south) / 10
    return (
        max(min(south, y0), south - down),
        max(min(west, x0), west - across),
        min(max(north, y1), north + down),
        min(max(east, x1), east + across),
    )
