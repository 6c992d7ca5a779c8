"""Charts as SVG of their own: small, the same each time, and read without colour."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assetplan.report.markup import Part
from assetplan.report.tables import Noted, Table
from assetplan.words import capitalised, number

SERIES_COLOURS = ("#14365f", "#3f97d0", "#7a7a7a", "#d9601a", "#7a0026", "#1f5fa8", "#a8842c", "#4f6d5a")
"""Colours of stacked series; neighbours differ in lightness as well as in hue."""

PLAN_COLOUR, NOTHING_COLOUR, CURRENT_COLOUR = "#1f5fa8", "#7a0026", "#a8842c"

WIDTH, HEIGHT = 680, 340
LEFT, TOP, BOTTOM = 46, 30, 34


def series_colour(place: int) -> str:
    """Colour of the series at a place of a stack or a key, the first at 0."""
    return SERIES_COLOURS[place % len(SERIES_COLOURS)]


@dataclass(frozen=True)
class Series:
    """One named run of values, one for each year, with the ends of an interval about them if there are any.

    NaN leaves a gap.
    """

    label: str
    values: Sequence[float]
    colour: str = ""
    dash: str = ""
    marker: str = "circle"
    low: Sequence[float] = ()
    high: Sequence[float] = ()


def ticks(top: float) -> list[float]:
    """Return four to six round numbers from 0 up to or past `top`."""
    if not top > 0 or not math.isfinite(top):
        return [0.0, 1.0]
    rough = top / 5
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * size for factor in (1, 2, 2.5, 5, 10) if factor * size >= rough * (1 - 1e-9))
    return [step * index for index in range(math.ceil(top / step - 1e-9) + 1)]


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return places near those wanted (falling order kept), at least `gap` apart, within low to high.

    Parameters
    ----------
    wanted : sequence of float; places, in falling order of what they label
    gap, low, high : float; least distance between two, and the ends of the room there is
    """
    places: list[float] = []
    for want in wanted:
        places.append(max(want, places[-1] + gap) if places else max(want, low))
    over = max(0.0, places[-1] - high) if places else 0.0
    for index in reversed(range(len(places))):
        places[index] -= over
        if index and places[index] - places[index - 1] >= gap:
            break
    return places


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Mark(Part):
    """One element of a drawing: its tag, its attributes, and its text if it has any."""

    tag: str
    attributes: Mapping[str, object]
    text: str | None = None


def _path(d: str, **attributes: object) -> Mark:
    return Mark("path", {"d": d} | _hyphened(attributes))


def _text(x: str | float, y: str | float, text: str, **attributes: object) -> Mark:
    return Mark("text", {"x": x, "y": y} | _hyphened(attributes), text)


def _hyphened(attributes: Mapping[str, object]) -> dict[str, object]:
    """Attributes under the names that SVG has for them; `class_` is a word of Python's own."""
    return {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}


@dataclass(frozen=True)
class Chart(Part):
    """A chart of the page, which a template shows by naming it.

    Attributes
    ----------
    name, title, description : str
        Makes the ids of the other two; what the chart shows, and what it comes to in a sentence.
    marks : sequence of Mark; what is drawn, from the back to the front
    """

    name: str
    title: str
    description: str
    marks: Sequence[Mark]
    width = WIDTH
    height = HEIGHT


class _Frame:
    """Axes: years across, a quantity from 0 up, or from below it."""

    def __init__(self, labels: Sequence[str], top: float, right: int, least: float = 0.0) -> None:
        self.labels = labels
        self.ticks = ticks(max(top, -least))
        if least < 0:
            step = self.ticks[1]
            self.ticks = [step * index for index in range(math.floor(least / step), max(1, math.ceil(top / step)) + 1)]
        self.width = WIDTH - LEFT - right
        self.height = HEIGHT - TOP - BOTTOM
        self.slot = self.width / max(1, len(labels))

    def x(self, index: int) -> float:
        return LEFT + self.slot * (index + 0.5)

    def y(self, value: float) -> float:
        return TOP + self.height * (self.ticks[-1] - value) / (self.ticks[-1] - self.ticks[0])

    def marks(self, unit: str) -> Iterator[Mark]:
        """Axes and grid: the unit, a line and a number for each tick, and the labels there is room for."""
        step = self.ticks[1] - self.ticks[0]
        decimals = next(places for places in range(4) if places == 3 or abs(step - round(step, places)) < 1e-9)
        yield _text(0, 14, unit)
        for tick in self.ticks:
            y = self.y(tick)
            yield _path(f"M{LEFT} {_n(y)}h{_n(self.width)}", stroke="#5a6470" if tick == 0 else "#dfe3e8")
            yield _text(LEFT - 6, _n(y + 4), number(tick, decimals), text_anchor="end")
        every = math.ceil(52 / self.slot)
        for index, label in enumerate(self.labels):
            # Counted from the last, which the text speaks of.
            if (len(self.labels) - 1 - index) % every == 0:
                yield _text(_n(self.x(index)), HEIGHT - 12, label, text_anchor="middle")


def _short(label: str, room: int = 36) -> str:
    return label if len(label) <= room else label[: room - 1].rstrip() + "…"


def stacked_bars(
    name: str, title: str, description: str, unit: str, labels: Sequence[str], series: Sequence[Series],
    limits: Sequence[float], limit_label: str = "limit",
) -> Chart:  # fmt: skip
    """Return stacked bars, one for each year, with a mark at each year's limit.

    Parameters
    ----------
    name, title, description : str; as of `Chart`
    unit : str; that of the axis
    labels : sequence of str; years along the axis
    series : sequence of Series; from the bottom of the stack up, each named beside the last bar
    limits, limit_label : sequence of float, str; limit of each year, NaN for none, and what the marks are called
    """
    series = [one if one.colour else replace(one, colour=series_colour(place)) for place, one in enumerate(series)]
    totals = [sum(one.values[k] for one in series) for k in range(len(labels))]
    frame = _Frame(labels, max([*totals, *(value for value in limits if value == value), 0]), right=244)
    wide = min(64.0, frame.slot * 0.66)
    marks = [*frame.marks(unit), *_stacks(frame, series, wide), *_limit_marks(frame, limits, wide)]
    for k, total in enumerate(totals):
        # Close under its limit a bar has no room for its own figure.
        tight = limits[k] == limits[k] and frame.y(total) - frame.y(limits[k]) < 20
        reach = max(total, limits[k]) if tight else total
        at = _n(frame.y(reach) - 6)
        marks.append(_text(_n(frame.x(k)), at, number(total, 1), class_="strong", text_anchor="middle"))
    marks += _stack_labels(frame, series, limits, wide, limit_label)
    return Chart(name, title, description, marks)


def _stacks(frame: _Frame, series: Sequence[Series], wide: float) -> Iterator[Mark]:
    """One path a series, with its part of every bar."""
    below = [0.0] * len(frame.labels)
    for one in series:
        path = ""
        for k, value in enumerate(one.values):
            if value > 0:
                y, high = frame.y(below[k] + value), frame.y(below[k]) - frame.y(below[k] + value)
                path += f"M{_n(frame.x(k) - wide / 2)} {_n(y)}h{_n(wide)}v{_n(high)}h-{_n(wide)}z"
                below[k] += value
        if path:
            yield _path(path, fill=one.colour, stroke="#fff")


def _limit_marks(frame: _Frame, limits: Sequence[float], wide: float) -> Iterator[Mark]:
    path = "".join(
        f"M{_n(frame.x(k) - wide / 2 - 5)} {_n(frame.y(value))}h{_n(wide + 10)}"
        for k, value in enumerate(limits)
        if value == value
    )
    if path:
        yield _path(path, fill="none", stroke="#111", stroke_width="2")


def _stack_labels(
    frame: _Frame, series: Sequence[Series], limits: Sequence[float], wide: float, limit_label: str
) -> Iterator[Mark]:
    """Names beside the last bar, each joined to its segment; those without a segment there follow below."""
    last = len(frame.labels) - 1
    entries: list[tuple[float, str, str]] = []
    below = 0.0
    for one in series:
        if any(value > 0 for value in one.values):
            entries.append((frame.y(below + max(one.values[last], 0) / 2), one.label, one.colour))
        below += max(one.values[last], 0)
    if limits[last] == limits[last]:
        entries.append((frame.y(limits[last]), capitalised(limit_label), "#111"))
    entries.sort(key=lambda entry: entry[0])
    places = spread([entry[0] for entry in entries], 17, TOP, HEIGHT - BOTTOM)
    edge, text = frame.x(last) + wide / 2, WIDTH - 226
    for (want, label, colour), at in zip(entries, places, strict=True):
        start = edge + (5.0 if colour == "#111" else 0.0)
        yield _path(f"M{_n(start + 1)} {_n(want)}L{text - 12} {_n(at)}h8", fill="none", stroke=colour)
        yield _text(text, _n(at + 4), _short(label))


def lines(name: str, title: str, description: str, unit: str, labels: Sequence[str], series: Sequence[Series]) -> Chart:
    """Return lines over the years, which differ in dash and marker as well as colour, each named at its end.

    Parameters
    ----------
    name, title, description : str; as of `Chart`
    unit : str; that of the values
    labels, series : sequence of str, of Series; years, and a value for each
    """
    known = [value for one in series for value in (*one.values, *one.high) if value == value]
    frame = _Frame(labels, max([*known, 0]), right=166, least=min([*known, 0]))
    marks = [*frame.marks(unit), *(_ribbon(frame, one) for one in series if one.low)]
    ends: list[tuple[float, str, str]] = []
    for one in series:
        points = [(frame.x(k), frame.y(value)) for k, value in enumerate(one.values) if value == value]
        if not points:
            continue
        path = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
        dash = {"stroke_dasharray": one.dash} if one.dash else {}
        marks.append(_path(path, fill="none", stroke=one.colour, stroke_width="2.5", **dash))
        # Close years leave no room for a mark each; the last has one.
        every = math.ceil(14 / frame.slot)
        marks += [_marker(one, x, y) for x, y in points[(len(points) - 1) % every :: every]]
        value = next(value for value in reversed(one.values) if value == value)
        ends.append((points[-1][1], f"{one.label}: {number(value, 0 if value >= 10 else 1)}", one.colour))
    ends.sort(key=lambda end: end[0])
    at = _n(frame.x(len(labels) - 1) + 12)
    for (_, label, colour), place in zip(ends, spread([end[0] for end in ends], 18, TOP, HEIGHT - BOTTOM), strict=True):
        marks.append(_text(at, _n(place + 4), _short(label, 32), class_="strong", fill=colour))
    return Chart(name, title, description, marks)


def _ribbon(frame: _Frame, one: Series) -> Mark:
    """The interval of a line, bounded so that it can be read where two overlap."""
    over = [(frame.x(k), frame.y(value)) for k, value in enumerate(one.high)]
    under = [(frame.x(k), frame.y(value)) for k, value in reversed(list(enumerate(one.low)))]
    path = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in [*over, *under]) + "z"
    return _path(path, fill=one.colour, fill_opacity="0.14", stroke=one.colour, stroke_opacity="0.5")


def _marker(one: Series, x: float, y: float) -> Mark:
    style = {"fill": one.colour, "stroke": "#fff"}
    if one.marker == "square":
        return Mark("rect", {"x": _n(x - 4.5), "y": _n(y - 4.5), "width": 9, "height": 9, **style})
    return Mark("circle", {"cx": _n(x), "cy": _n(y), "r": 5, **style})


@dataclass(frozen=True)
class Beside(Part):
    """A chart and what goes with it side by side; one above the other where a table has many columns."""

    chart: Chart
    other: Table | Noted
    columns: int
