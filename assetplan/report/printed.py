"""The still map for paper, and for a reader whose browser runs no scripts: two small maps as one PNG."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from assetplan._types import Bools, Bytes, Floats, Ints, Shapes
from assetplan.answers.comparison import CHANGES
from assetplan.asset_classes import CARRIAGEWAY
from assetplan.condition import BANDS, band_codes
from assetplan.report.payload import settlements
from assetplan.report.symbols import CHANGE_STYLES
from assetplan.report.wording import BAND_COLOURS, KIND_COLOURS, OTHER_KIND_COLOUR
from assetplan.words import capitalised, financial_year

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes

    from assetplan.programme import Programme

_WIDTHS = {"A": 1.25, "B": 1.0, "C": 0.75}
_KEY: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (0.0, 0.0), "ncols": 5, "fontsize": 6.8}
_KEY |= {"frameon": False, "borderaxespad": 0.2, "handlelength": 1.2, "columnspacing": 1.0, "handletextpad": 0.5}
_NAME: dict[str, Any] = {"fontsize": 6, "ha": "center", "va": "center", "weight": "bold", "zorder": 9}
_COLOURS = 48  # enough for smooth edges of ten inks, few enough for a small file


def still_map(programme: Programme) -> str:
    """Return condition at the last year's end with the plan, and all works, as base64 of a PNG.

    The same programme gives the same bytes.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    frame = _frame(programme)
    shape = (frame[3] - frame[1]) / (frame[2] - frame[0])
    high = min(6.5, max(2.2, 3.5 * shape)) + 0.48
    figure = Figure(figsize=(7.1, high), dpi=170, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    last = int(programme.years[-1])
    roads, lines = _roads(programme.assets)
    _ground(left, programme, frame)
    _ground(right, programme, frame)
    _condition(left, roads, lines, last)
    _works(right, programme.works, roads, lines)
    _labels(left, programme, frame)
    _labels(right, programme, frame)
    left.set_title(f"Condition at the end of {financial_year(last)}, with the plan", fontsize=8, loc="left")
    years = f"{financial_year(programme.years[0])} to {financial_year(last)}"
    right.set_title(f"Works, {years}", fontsize=8, loc="left")
    figure.subplots_adjust(left=0.005, right=0.995, top=1 - 0.22 / high, bottom=0.26 / high, wspace=0.02)
    canvas.draw()
    return base64.b64encode(_png(np.asarray(canvas.buffer_rgba()))).decode("ascii")


def still_differences(programme: Programme, changed: gpd.GeoDataFrame, changes: Sequence[str]) -> str:
    """Return assets that differ on the roads of a programme as base64 of a PNG.

    Parameters
    ----------
    programme : Programme; whose roads, places and districts lie behind
    changed : GeoDataFrame; the assets that differ, with what changed (change)
    changes : sequence of str; those that there are, keys of `CHANGE_STYLES`, in the order of the key
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    frame = _frame(programme)
    high = min(8.0, max(3.0, 7.0 * (frame[3] - frame[1]) / (frame[2] - frame[0]))) + 0.3
    figure = Figure(figsize=(7.1, high), dpi=170, facecolor="white")
    canvas, axes = FigureCanvasAgg(figure), figure.subplots()
    roads, lines = _roads(programme.assets)
    _ground(axes, programme, frame)
    for width, of_width in _by_width(roads):
        lines.draw(axes, of_width, width * 0.7, "#ccd1d6", 1)
    placed = changed[~(changed.geometry.isna() | changed.geometry.is_empty)]
    for order, name in enumerate(changes):
        style, mine = CHANGE_STYLES[name], placed.geometry[placed["change"] == name]
        linear = mine.geom_type.isin(["LineString", "MultiLineString"])
        # Sections that meet are one line, so that a dash runs on.
        sections = shapely.multilinestrings(shapely.get_parts(mine[linear].to_numpy()))
        parts = shapely.get_parts(shapely.line_merge(sections))
        _Lines.of(parts).draw(axes, np.ones(len(parts), dtype=np.bool_), 2.2, style["colour"], 3 + order, style["dash"])
        spots = shapely.get_coordinates(shapely.centroid(mine[~linear].to_numpy()))
        inside = "white" if style["hollow"] else style["colour"]
        axes.plot(spots[:, 0], spots[:, 1], "o", color=inside, mec=style["colour"], markersize=2.8, mew=0.7, zorder=6)
    _key(axes, [(capitalised(CHANGES[name]), CHANGE_STYLES[name]["colour"], 2.2) for name in changes])
    _labels(axes, programme, frame)
    figure.subplots_adjust(left=0.005, right=0.995, top=0.995, bottom=0.26 / high)
    canvas.draw()
    return base64.b64encode(_png(np.asarray(canvas.buffer_rgba()), rare=True)).decode("ascii")


def _png(pixels: Bytes, rare: bool = False) -> bytes:
    """Pixels as a PNG of few colours, without date or program name; `rare` keeps inks of a few pixels as they are."""
    from PIL import Image

    image = Image.fromarray(np.ascontiguousarray(pixels[..., :3]))
    count, method = (256, Image.Quantize.MAXCOVERAGE) if rare else (_COLOURS, Image.Quantize.MEDIANCUT)
    few = image.quantize(count, method=method, dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.save(out, format="PNG", optimize=True)
    return out.getvalue()


def _frame(programme: Programme) -> tuple[float, float, float, float]:
    shapes = [programme.assets.geometry.to_numpy()]
    if len(programme.districts):
        shapes.append(programme.districts.to_crs(programme.assets.crs).geometry.to_numpy())
    west, south, east, north = (float(value) for value in shapely.total_bounds(np.concatenate(shapes)))
    pad = max(0.02 * max(east - west, north - south), 1.0)  # m: one single asset has no extent
    return west - pad, south - pad, east + pad, north + pad


@dataclass(frozen=True, eq=False)
class _Lines:
    """Lines as arrays: coordinates of all vertices, shape (n, 2), and which line each is of."""

    xy: Floats
    line: Ints

    @classmethod
    def of(cls, parts: Shapes) -> _Lines:
        return cls(*shapely.get_coordinates(parts, return_index=True))

    def draw(
        self, axes: Axes, chosen: Bools, width: float, colour: str, order: float, dash: Sequence[int] = ()
    ) -> None:
        """Draw those chosen as one path: matplotlib makes an object of each of many in as long as it draws them."""
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        drawn = chosen[self.line]
        if drawn.any():
            codes = np.where(np.diff(self.line[drawn], prepend=-1) != 0, Path.MOVETO, Path.LINETO)
            path = Path(self.xy[drawn], codes)
            style: dict[str, Any] = {"linestyle": (0, dash)} if dash else {"capstyle": "round"}
            axes.add_artist(PathPatch(path, fill=False, edgecolor=colour, linewidth=width, zorder=order, **style))


def _roads(assets: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, _Lines]:
    """A row for each line of each road section, and the lines."""
    shape = assets.geometry
    drawn = (assets["asset_class"] == CARRIAGEWAY) & ~(shape.isna() | shape.is_empty)
    roads = assets[drawn & assets.geom_type.isin(["LineString", "MultiLineString"])]
    parts, owner = shapely.get_parts(roads.geometry.to_numpy(), return_index=True)
    return roads.iloc[owner], _Lines.of(parts)


def _ground(axes: Axes, programme: Programme, frame: tuple[float, float, float, float]) -> None:
    west, south, east, north = frame
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    geographic = programme.assets.crs is not None and programme.assets.crs.is_geographic
    axes.set_aspect(1 / np.cos(np.radians((south + north) / 2)) if geographic else "equal")
    axes.set_axis_off()
    if not len(programme.districts):
        return
    for shape in shapely.get_parts(programme.districts.to_crs(programme.assets.crs).geometry.to_numpy()):
        ring = shapely.get_coordinates(shapely.get_exterior_ring(shape))
        axes.fill(ring[:, 0], ring[:, 1], facecolor="#f6f7f8", edgecolor="#8b929b", linewidth=0.6, zorder=0)


def _by_width(roads: gpd.GeoDataFrame) -> list[tuple[float, Bools]]:
    """Widths of roads by their class, and which roads have each."""
    widths = roads["road_class"].map(_WIDTHS).fillna(0.5).to_numpy(dtype=np.float64)
    return [(float(width), widths == width) for width in np.unique(widths)]


def _condition(axes: Axes, roads: gpd.GeoDataFrame, lines: _Lines, year: int) -> None:
    codes = band_codes("index", roads[f"plan_{year}"].to_numpy(dtype=np.float64))
    for code, colour in ((-1, "#c3c8ce"), *enumerate(BAND_COLOURS)):
        for width, of_width in _by_width(roads):
            lines.draw(axes, of_width & (codes == code), width, colour, 2 + code / 10)
    _key(axes, [(capitalised(band), colour, 2.0) for band, colour in zip(BANDS, BAND_COLOURS, strict=True)])


def _works(axes: Axes, works: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, lines: _Lines) -> None:
    for width, of_width in _by_width(roads):
        lines.draw(axes, of_width, width * 0.7, "#ccd1d6", 1)
    shape = works.geometry
    placed = works[~(shape.isna() | shape.is_empty)]
    linear = placed.geom_type.isin(["LineString", "MultiLineString"]).to_numpy(dtype=np.bool_)
    kinds = list(dict.fromkeys([*KIND_COLOURS, *placed["kind"].fillna("").astype(str)]))
    entries = []
    for order, kind in enumerate(kinds):
        colour = KIND_COLOURS.get(kind, OTHER_KIND_COLOUR)
        of_kind = (placed["kind"].fillna("").astype(str) == kind).to_numpy(dtype=np.bool_)
        parts = shapely.get_parts(placed.geometry.to_numpy()[of_kind & linear])
        _Lines.of(parts).draw(axes, np.ones(len(parts), dtype=np.bool_), 1.9 + 0.3 * order, colour, 3 + order)
        spots = shapely.get_coordinates(shapely.centroid(placed.geometry.to_numpy()[of_kind & ~linear]))
        axes.plot(spots[:, 0], spots[:, 1], "s", color=colour, markersize=2.6, mec="white", mew=0.3, zorder=6)
        entries.append((capitalised(kind) or "Other", colour, 2.6))
    _key(axes, entries)


def _key(axes: Axes, entries: list[tuple[str, str, float]]) -> None:
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], color=colour, linewidth=width) for _, colour, width in entries]
    axes.legend(handles, [label for label, _, _ in entries], **_KEY)


def _labels(axes: Axes, programme: Programme, frame: tuple[float, float, float, float]) -> None:
    from matplotlib.patheffects import withStroke

    places = settlements(programme.places)
    if not len(places):
        return
    shown = places.to_crs(programme.assets.crs).sort_values("population", ascending=False, kind="stable").head(12)
    west, south, east, north = frame
    taken: list[tuple[float, float, float]] = []
    for name, spot in zip(shown["name"].fillna("").astype(str), shown.geometry, strict=True):
        at = spot.centroid
        half = len(name) * 0.011 * (east - west)
        clear = all(abs(at.x - x) > half + other or abs(at.y - y) > 0.03 * (north - south) for x, y, other in taken)
        if clear and west + half < at.x < east - half and south < at.y < north:
            taken.append((at.x, at.y, half))
            halo = [withStroke(linewidth=1.8, foreground="white")]
            # A name is data: matplotlib would read a pair of dollars as mathematics.
            axes.text(at.x, at.y, name, path_effects=halo, parse_math=False, **_NAME)
