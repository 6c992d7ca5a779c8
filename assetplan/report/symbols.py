"""The marks of asset classes and of what differs, the same on the map and in its key."""

from __future__ import annotations

from math import cos, pi, sin
from typing import TypedDict

from assetplan.report.charts import Mark

Corners = list[tuple[float, float]]


def _ring(radii: tuple[float, ...], times: int, turn: float = 0.0) -> Corners:
    """Corners at some radii, over and over around the middle, from the top clockwise."""
    angles = [2 * pi * (k + turn) / (times * len(radii)) for k in range(times * len(radii))]
    reach = [radius for _ in range(times) for radius in radii]
    return [(round(r * sin(angle), 2), round(-r * cos(angle), 2)) for r, angle in zip(reach, angles, strict=True)]


CORNERS: dict[str, Corners] = {
    "circle": [],
    "square": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
    "diamond": [(0, -1.35), (1.35, 0), (0, 1.35), (-1.35, 0)],
    "triangle": [(0, -1.3), (1.2, 1), (-1.2, 1)],
    "star": _ring((1.5, 0.65), 5),
    "cross": _ring((1.4, 0.55, 1.4), 4, turn=-0.5),
}
"""Corners of each mark in units of its radius, x to the right and y down; of a circle none."""

_WIDTHS = {"thick line": 3, "thin line": 1.3}


def key_mark(symbol: str) -> Mark:
    """Return a mark as the key of the map shows it, in a box of 16 by 16."""
    if symbol in _WIDTHS:
        return Mark("path", {"d": "M1 8h14", "stroke": "#444", "stroke-width": _WIDTHS[symbol]})
    corners = CORNERS[symbol]
    if not corners:
        return Mark("circle", {"cx": 8, "cy": 8, "r": 5.5, "fill": "#444"})
    path = "L".join(f"{8 + 5 * x:g} {8 + 5 * y:g}" for x, y in corners)
    return Mark("path", {"d": f"M{path}z", "fill": "#444"})


class ChangeStyle(TypedDict):
    """How a change is drawn: colour, gaps of a line (pixels; none where empty), core of a line, points with a hole."""

    colour: str
    dash: list[int]
    core: str
    hollow: bool


CHANGE_STYLES: dict[str, ChangeStyle] = {
    "in": {"colour": "#174a86", "dash": [], "core": "", "hollow": False},
    "out": {"colour": "#d9601a", "dash": [7, 4], "core": "", "hollow": True},
    "moved": {"colour": "#0a7f62", "dash": [3, 2], "core": "", "hollow": False},
    "treatment": {"colour": "#7a0026", "dash": [], "core": "#ffffff", "hollow": False},
    "new": {"colour": "#3f97d0", "dash": [], "core": "#150832", "hollow": False},
    "gone": {"colour": "#8a5a00", "dash": [7, 4], "core": "#150832", "hollow": True},
}
"""Distinct to readers with any common colour blindness, and by pattern and lightness without any colour."""


def change_marks(change: str) -> list[Mark]:
    """Return a stretch of line as the map draws a change, a key of `CHANGE_STYLES`, in a box of 16 by 16."""
    style = CHANGE_STYLES[change]
    line = {"d": "M0 8h16", "stroke": style["colour"], "stroke-width": 5}
    if style["dash"]:
        line["stroke-dasharray"] = " ".join(map(str, style["dash"]))
    core = [Mark("path", {"d": "M0 8h16", "stroke": style["core"], "stroke-width": 1.4})] if style["core"] else []
    return [Mark("path", line), *core]
