"""Where assets lie: which of them cannot lie where the file says, and in which projection lengths are true.

Rules. Assets are measured in the CRS they come in where that is in metres and true to scale, within 0.2 %, where most
of them lie; else in EPSG:27700 if that is in Britain, else in the UTM zone there. Most means the median of their
middles: one stray asset moves nothing. An asset at 0, 0, outside the area that its CRS is made for, with degrees where
the CRS has metres, or more than 1,000 km and twenty times as far from the middle as half of all assets, is left out and
named; where half of all assets or more are such, the file is refused. One more than 100 km and twenty times as far is
left out where it would be among the others with x and y swapped or one figure more, and else kept and named. A line or
area that spans more than 100 km and twenty times as much as half of all has a corner with a wrong digit, and is left
out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from assetplan._types import Bools, Floats, Shapes

if TYPE_CHECKING:
    import geopandas as gpd
    from pyproj import Transformer

# Longitude and latitude (degrees) that hold Great Britain and its islands.
_BRITAIN = (-9.0, 49.7, 2.1, 61.0)
BRITISH_GRID = 27700
_TOLERANCE = 0.002  # of a length
_STEP = 500.0  # m either way of a point, over which the scale of a projection is measured
_STRAY, _LOST, _TIMES = 100e3, 1000e3, 20.0
_MARGIN = 2.0  # degrees round the area that a CRS is made for
_BEYOND = "outside what its CRS can hold"
_NOWHERE = 1e-6  # degrees or metres from 0, 0
_DEGREE = 1.0  # a drawn length below which coordinates may be degrees


def metric(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Bring a frame to a projected CRS in metres in which lengths are true where most of it lies.

    Rows without geometry stay without.

    Raises
    ------
    ValueError
        The frame has no CRS, or coordinates that are no place on earth.
    """
    if frame.crs is None:
        raise ValueError("the geometry has no CRS")
    located = frame.geometry[frame.geometry.notna()]
    if not len(located):
        return frame if in_metres(frame.crs) else frame.to_crs(BRITISH_GRID)
    if true_to_scale(located):
        return frame
    if not on_earth(located).all():
        raise ValueError("the geometry lies outside what its CRS can hold")
    return frame.to_crs(_best_crs(located))


def metric_crs(frame: gpd.GeoDataFrame) -> Any:
    """The CRS `metric` would choose, by the rows whose geometry is sound; validation lists the others."""
    geometry = frame.geometry
    sound = ~(geometry.isna() | geometry.is_empty)
    if not true_to_scale(geometry[sound]):
        sound &= on_earth(geometry)
    return metric(frame[sound]).crs


def true_to_scale(geometry: gpd.GeoSeries) -> bool:
    """Whether shapes are in metres already, and lengths true within 0.2 % where most of them lie."""
    if not in_metres(geometry.crs):
        return False
    middle = _middle(geometry)
    return middle is None or abs(scale_at(geometry.crs, middle) - 1) <= _TOLERANCE


def in_metres(crs: Any) -> bool:
    """Whether a CRS is projected, in metres."""
    return bool(crs.is_projected and crs.axis_info[0].unit_name == "metre")


def on_earth(geometry: gpd.GeoSeries) -> Bools:
    """Where a geometry's coordinates are a longitude and latitude once out of its CRS."""
    bounds = geometry.to_crs(4326).bounds.to_numpy()
    # UTM, where measuring ends up, runs from 80 degrees south to 84 north.
    inside = (bounds >= (-180.0, -80.0, -180.0, -80.0)) & (bounds <= (180.0, 84.0, 180.0, 84.0))
    return np.asarray(inside.all(axis=1))


def middles(shapes: Shapes) -> Floats:
    """Middle of each shape's bounds (n, 2), NaN where there is none."""
    bounds = shapely.bounds(shapes)
    return np.asarray((bounds[:, :2] + bounds[:, 2:]) / 2)


def _middle(geometry: gpd.GeoSeries) -> Floats | None:
    """Median of the middles of shapes, in their CRS; none where no shape has one."""
    places = middles(geometry.to_numpy())
    known = places[np.isfinite(places).all(axis=1)]
    return np.median(known, axis=0) if len(known) else None


def _best_crs(geometry: gpd.GeoSeries) -> Any:
    """The CRS to measure shapes in that are not true to scale as they are."""
    import geopandas as gpd

    middle = _middle(geometry)
    if middle is None:
        return BRITISH_GRID
    there = gpd.GeoSeries([shapely.Point(middle)], crs=geometry.crs).to_crs(4326)
    west, south, east, north = _BRITAIN
    if west <= there.iloc[0].x <= east and south <= there.iloc[0].y <= north:
        return BRITISH_GRID
    return there.estimate_utm_crs()


def scale_at(crs: Any, place: Floats) -> float:
    """How many metres of a projected CRS one true metre is at a place, where that is worst; NaN beyond the earth.

    Parameters
    ----------
    crs : CRS
        Projected, in metres.
    place : array (2,)
        Coordinates in it [m].
    """
    from pyproj import Geod

    ways = np.array([[1.0, 0.0], [0.0, 1.0], [0.7, 0.7], [0.7, -0.7]])
    ends = place + _STEP * np.stack([-ways, ways], axis=1).reshape(-1, 2)
    longitude, latitude = _to(crs, crs.geodetic_crs).transform(ends[:, 0], ends[:, 1])
    if not (np.isfinite(longitude).all() and np.isfinite(latitude).all()):
        return np.nan
    ellipsoid = crs.ellipsoid
    earth = Geod(a=ellipsoid.semi_major_metre, b=ellipsoid.semi_minor_metre) if ellipsoid else Geod(ellps="WGS84")
    true = np.array(earth.inv(longitude[::2], latitude[::2], longitude[1::2], latitude[1::2])[2])
    planar = np.hypot(*(ends[1::2] - ends[::2]).T)
    scales = planar / np.where(true > 0, true, np.nan)
    known = scales[np.isfinite(scales)]
    return float(known[np.argmax(np.abs(known - 1))]) if len(known) else np.nan


@dataclass(frozen=True, eq=False)
class Placing:
    """Which assets lie where they cannot.

    Attributes
    ----------
    wrong : dict of str → array (n,) of bool; assets that cannot be used, by what is wrong with them
    strange : dict of str → array (n,) of bool; assets that are used and named, by what is strange
    hints : dict of str → str; what would mend it, by what is wrong
    """

    wrong: dict[str, Bools]
    strange: dict[str, Bools]
    hints: dict[str, str]

    @property
    def lost(self) -> Bools:
        """Assets that cannot be used (n,)."""
        return np.any(list(self.wrong.values()), axis=0)


# Coordinates beyond any number lie nowhere; the arithmetic that shows it needs no warning.
@np.errstate(over="ignore", invalid="ignore")
def placing(geometry: gpd.GeoSeries) -> Placing:
    """Find assets that lie where they cannot, by the rules at the head of this module.

    Parameters
    ----------
    geometry : GeoSeries (n,)
        Shapes in the CRS that the file declares; missing and empty ones are passed over.
    """
    crs = geometry.crs
    middle = middles(geometry.to_numpy())
    known = np.isfinite(middle).all(axis=1)
    nowhere = known & (np.abs(shapely.bounds(geometry.to_numpy())) <= _NOWHERE).all(axis=1)
    wrong = {"at 0, 0, which is how some systems say that nobody knows": nowhere}
    hints: dict[str, str] = {}
    if in_metres(crs):
        small = shapely.length(geometry.to_numpy()) < _DEGREE
        what = f"with degrees for coordinates, where {crs_name(crs)} has metres"
        wrong[what] = known & ~nowhere & small & (np.abs(middle) <= (180.0, 90.0)).all(axis=1)
        hints[what] = 'where they are degrees say so in the mapping, as [file] crs = "EPSG:4326"'
    place = _longitudes(geometry.crs, middle)
    usable = known & ~np.any(list(wrong.values()), axis=0)
    beyond = usable & ~_inside(place, (-180.0, -90.0, 180.0, 90.0), 0.0)
    wrong[_BEYOND] = beyond
    hints[_BEYOND] = "is the CRS another, or are x and y swapped? name both in the mapping, under [file]"
    usable &= ~beyond
    area = crs.area_of_use
    if area is not None:
        outside = usable & ~_inside(place, (area.west, area.south, area.east, area.north), _MARGIN)
        what = f"outside the area of {crs_name(crs)} ({area.name.partition(' - ')[0]})"
        wrong[what], hints[what] = outside, _swapped_hint(geometry, middle, outside)
        usable &= ~outside
    across = usable & _across(geometry, usable)
    wrong["across more than 100 km, as with a wrong digit in a corner"] = across
    more, strange = _far_away(crs, middle, place, usable & ~across)
    return Placing(wrong | more, strange, hints)


def _across(geometry: gpd.GeoSeries, usable: Bools) -> Bools:
    """Shapes that span more than 100 km, and twenty times as much as half of the usable ones (n,)."""
    span = _spans(geometry)
    return span > max(_STRAY, _TIMES * float(np.median(span[usable]))) if usable.any() else usable


def _far_away(crs: Any, middle: Floats, place: Floats, usable: Bools) -> tuple[dict[str, Bools], dict[str, Bools]]:
    """Of usable places, by their middle in the CRS and on earth, those too far from the others, and strange ones."""
    if not usable.any():
        return {}, {}
    centre = np.median(place[usable], axis=0)
    away = _metres_from(centre, place)
    usual = _TIMES * float(np.median(away[usable]))
    far = usable & (away > max(_STRAY, usual))
    wrong: dict[str, Bools] = {}
    for what, other in _likely_meant(crs, middle):
        meant = far.copy()
        near = _metres_from(centre, _longitudes(crs, other[far]))
        meant[far] = (near > 0) & (near <= max(_STRAY, usual))
        wrong[what] = wrong.get(what, False) | meant
        far &= ~meant
    lost = far & (away > max(_LOST, usual))
    wrong["more than 1,000 km from most others"] = lost
    strange = {"more than 100 km from most others": far & ~lost}
    if crs.is_geographic:
        west, south, east, north = _BRITAIN
        turned = usable & _inside(place, (south, west, north, east), 0.0)
        strange["in Britain if x and y were swapped: are they?"] = turned & ~np.any(list(wrong.values()), axis=0)
    return wrong, strange


def _likely_meant(crs: Any, middle: Floats) -> list[tuple[str, Floats]]:
    """What may be wrong with places far from all others, with where they would be without it."""
    out = [("among the others once x and y are swapped", middle[:, ::-1])]
    if in_metres(crs):
        what = "among the others with one figure more in x or y"
        out += [(what, middle * (10.0, 1.0)), (what, middle * (1.0, 10.0))]
    return out


@lru_cache(maxsize=16)
def _to(crs: Any, other: Any) -> Transformer:
    """A transformer from one CRS to another, which is slow to make and never changes."""
    from pyproj import Transformer

    return Transformer.from_crs(crs, other, always_xy=True)


def _longitudes(crs: Any, middle: Floats) -> Floats:
    x, y = _to(crs, 4326).transform(middle[:, 0], middle[:, 1])
    out = np.column_stack([x, y]).astype(float)
    out[~np.isfinite(out).all(axis=1)] = np.nan
    return out


def _spans(geometry: gpd.GeoSeries) -> Floats:
    """Distance between opposite corners of each shape's bounds (n,) [m], 0 where it has none."""
    corners = shapely.bounds(geometry.to_numpy())
    return _metres_from(_longitudes(geometry.crs, corners[:, :2]), _longitudes(geometry.crs, corners[:, 2:]))


def _inside(place: Floats, area: tuple[float, float, float, float], margin: float) -> Bools:
    west, south, east, north = area
    x, y = place[:, 0], place[:, 1]
    within = (x >= west - margin) & (x <= east + margin)
    if west > east:  # across the date line
        within = (x >= west - margin) | (x <= east + margin)
    return np.asarray(within & (y >= south - margin) & (y <= north + margin))


def _metres_from(centre: Floats, place: Floats) -> Floats:
    """Great-circle distance of places from one, or each from its own (n,) [m], 0 where there is none."""
    longitude, latitude = np.radians(np.nan_to_num(place, nan=0.0)).T
    middle_x, middle_y = np.radians(np.nan_to_num(centre, nan=0.0)).T
    part = np.sin((latitude - middle_y) / 2) ** 2
    part = part + np.cos(latitude) * np.cos(middle_y) * np.sin((longitude - middle_x) / 2) ** 2
    known = np.isfinite(place).all(axis=1) & np.isfinite(centre).all(axis=-1)
    return np.where(known, 2 * 6371e3 * np.arcsin(np.sqrt(np.clip(part, 0, 1))), 0.0)


def _swapped_hint(geometry: gpd.GeoSeries, middle: Floats, outside: Bools) -> str:
    area = geometry.crs.area_of_use
    if not outside.any():
        return ""
    turned = _longitudes(geometry.crs, middle[:, ::-1])
    inside = _inside(turned, (area.west, area.south, area.east, area.north), 0.0)
    return "x and y look swapped: name them the other way round in the mapping" if inside[outside].all() else ""


def crs_name(crs: Any) -> str:
    """A CRS by its code, such as EPSG:27700, else by its name."""
    authority = crs.to_authority()
    return ":".join(authority) if authority else str(crs.name)


def extent_text(geometry: gpd.GeoSeries) -> str:
    """CRS and extent of assets in words."""
    west, south, east, north = geometry.total_bounds
    return f"{crs_name(geometry.crs)}: x {west:,.0f} to {east:,.0f}, y {south:,.0f} to {north:,.0f} m"
