"""Charts as hand-written SVG: small, the same each time, and read without colour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assetplan.report.wording import escape, number

SERIES_COLOURS = ("#14365f", "#3f97d0", "#7a7a7a", "#d9601a", "#7a0026", "#1f5fa8", "#a8842c", "#4f6d5a")
"""Colours of stacked series; neighbours differ in lightness as well as in hue."""

PLAN_COLOUR, NOTHING_COLOUR = "#1f5fa8", "#7a0026"

WIDTH, HEIGHT = 680, 340
LEFT, TOP, BOTTOM = 46, 30, 34


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
    """Return places near those wanted (falling order kept), at least `gap` apart, within low to high."""
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

    def draw(self, unit: str) -> str:
        step = self.ticks[1] - self.ticks[0]
        decimals = next(places for places in range(4) if places == 3 or abs(step - round(step, places)) < 1e-9)
        parts = [f'<text x="0" y="14">{escape(unit)}</text>']
        for tick in self.ticks:
            y = _n(self.y(tick))
            colour = "#5a6470" if tick == 0 else "#dfe3e8"
            parts.append(f'<path d="M{LEFT} {y}h{_n(self.width)}" stroke="{colour}"/>')
            parts.append(
                f'<text x="{LEFT - 6}" y="{_n(self.y(tick) + 4)}" text-anchor="end">{number(tick, decimals)}</text>'
            )
        every = math.ceil(52 / self.slot)
        for index, label in enumerate(self.labels):
            # Counted from the last, which the text speaks of.
            if (len(self.labels) - 1 - index) % every == 0:
                at = _n(self.x(index))
                parts.append(f'<text x="{at}" y="{HEIGHT - 12}" text-anchor="middle">{escape(label)}</text>')
        return "".join(parts)


def _svg(name: str, title: str, description: str, body: str) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc"><title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(description)}</desc>{body}</svg>'
    )


def _short(label: str, room: int = 36) -> str:
    return label if len(label) <= room else label[: room - 1].rstrip() + "…"


def stacked_bars(
    name: str,
    title: str,
    description: str,
    unit: str,
    labels: Sequence[str],
    series: Sequence[Series],
    limits: Sequence[float],
    limit_label: str = "limit",
) -> str:
    """Return stacked bars, one for each year, with a mark at each year's limit.

    Parameters
    ----------
    name : str
        Makes the ids of the title and the description.
    title, description, unit : str
        What the chart shows, what it comes to in a sentence, and the unit of its axis.
    labels : sequence of str
        Years along the axis.
    series : sequence of Series
        From the bottom of the stack up; each is named beside the last bar.
    limits : sequence of float
        Limit of each year; NaN where there is none.
    limit_label : str
        What the marks are called beside the chart.
    """
    totals = [sum(one.values[k] for one in series) for k in range(len(labels))]
    frame = _Frame(labels, max([*totals, *(value for value in limits if value == value), 0]), right=244)
    wide = min(64.0, frame.slot * 0.66)
    paths = ["" for _ in series]
    for k in range(len(labels)):
        below = 0.0
        for place, one in enumerate(series):
            value = one.values[k]
            if value <= 0:
                continue
            y, high = frame.y(below + value), frame.y(below) - frame.y(below + value)
            paths[place] += f"M{_n(frame.x(k) - wide / 2)} {_n(y)}h{_n(wide)}v{_n(high)}h-{_n(wide)}z"
            below += value
    parts = [frame.draw(unit)]
    for place, (one, path) in enumerate(zip(series, paths, strict=True)):
        if path:
            colour = one.colour or SERIES_COLOURS[place % len(SERIES_COLOURS)]
            parts.append(f'<path d="{path}" fill="{colour}" stroke="#fff"/>')
    parts.append(_limit_marks(frame, limits, wide))
    for k, total in enumerate(totals):
        # Close under its limit a bar has no room for its own figure.
        tight = limits[k] == limits[k] and frame.y(total) - frame.y(limits[k]) < 20
        reach = max(total, limits[k]) if tight else total
        parts.append(
            f'<text class="strong" x="{_n(frame.x(k))}" y="{_n(frame.y(reach) - 6)}" text-anchor="middle">'
            f"{number(total, 1)}</text>"
        )
    parts.append(_stack_labels(frame, series, limits, wide, limit_label))
    return _svg(name, title, description, "".join(parts))


def _limit_marks(frame: _Frame, limits: Sequence[float], wide: float) -> str:
    path = "".join(
        f"M{_n(frame.x(k) - wide / 2 - 5)} {_n(frame.y(value))}h{_n(wide + 10)}"
        for k, value in enumerate(limits)
        if value == value
    )
    return f'<path d="{path}" fill="none" stroke="#111" stroke-width="2"/>' if path else ""


def _stack_labels(
    frame: _Frame, series: Sequence[Series], limits: Sequence[float], wide: float, limit_label: str
) -> str:
    """Names beside the last bar, each joined to its segment; those without a segment there follow below."""
    last = len(frame.labels) - 1
    entries: list[tuple[float, str, str]] = []
    below = 0.0
    for place, one in enumerate(series):
        if any(value > 0 for value in one.values):
            colour = one.colour or SERIES_COLOURS[place % len(SERIES_COLOURS)]
            entries.append((frame.y(below + max(one.values[last], 0) / 2), one.label, colour))
        below += max(one.values[last], 0)
    if limits[last] == limits[last]:
        entries.append((frame.y(limits[last]), sentence_case(limit_label), "#111"))
    entries.sort(key=lambda entry: entry[0])
    places = spread([entry[0] for entry in entries], 17, TOP, HEIGHT - BOTTOM)
    edge, text = frame.x(last) + wide / 2, WIDTH - 226
    parts = []
    for (want, label, colour), at in zip(entries, places, strict=True):
        start = edge + (5.0 if colour == "#111" else 0.0)
        parts.append(
            f'<path d="M{_n(start + 1)} {_n(want)}L{text - 12} {_n(at)}h8" fill="none" stroke="{colour}"/>'
            f'<text x="{text}" y="{_n(at + 4)}">{escape(_short(label))}</text>'
        )
    return "".join(parts)


def sentence_case(text: str) -> str:
    """Return text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def lines(name: str, title: str, description: str, unit: str, labels: Sequence[str], series: Sequence[Series]) -> str:
    """Return lines over the years, told apart by dash and marker as well as colour, each named at its end."""
    known = [value for one in series for value in (*one.values, *one.high) if value == value]
    frame = _Frame(labels, max([*known, 0]), right=166, least=min([*known, 0]))
    parts = [frame.draw(unit)]
    parts.extend(_ribbon(frame, one) for one in series if one.low)
    ends: list[tuple[float, str, str]] = []
    for one in series:
        points = [(frame.x(k), frame.y(value)) for k, value in enumerate(one.values) if value == value]
        if not points:
            continue
        path = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
        dash = f' stroke-dasharray="{one.dash}"' if one.dash else ""
        parts.append(f'<path d="{path}" fill="none" stroke="{one.colour}" stroke-width="2.5"{dash}/>')
        # Close years leave no room for a mark each; the last has one.
        every = math.ceil(14 / frame.slot)
        parts.extend(_marker(one, x, y) for x, y in points[(len(points) - 1) % every :: every])
        value = next(value for value in reversed(one.values) if value == value)
        ends.append((points[-1][1], f"{one.label}: {number(value, 0 if value >= 10 else 1)}", one.colour))
    ends.sort(key=lambda end: end[0])
    places = spread([end[0] for end in ends], 18, TOP, HEIGHT - BOTTOM)
    for (_, label, colour), place in zip(ends, places, strict=True):
        at = _n(frame.x(len(labels) - 1) + 12)
        parts.append(
            f'<text class="strong" x="{at}" y="{_n(place + 4)}" fill="{colour}">{escape(_short(label, 32))}</text>'
        )
    return _svg(name, title, description, "".join(parts))


def _ribbon(frame: _Frame, one: Series) -> str:
    """The interval of a line, bounded so that it can be read where two overlap."""
    over = [(frame.x(k), frame.y(value)) for k, value in enumerate(one.high)]
    under = [(frame.x(k), frame.y(value)) for k, value in reversed(list(enumerate(one.low)))]
    path = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in [*over, *under]) + "z"
    return f'<path d="{path}" fill="{one.colour}" fill-opacity="0.14" stroke="{one.colour}" stroke-opacity="0.5"/>'


def _marker(one: Series, x: float, y: float) -> str:
    style = f'fill="{one.colour}" stroke="#fff"'
    if one.marker == "square":
        return f'<rect x="{_n(x - 4.5)}" y="{_n(y - 4.5)}" width="9" height="9" {style}/>'
    return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="5" {style}/>'


def beside(chart: str, other: str, name: str, columns: int) -> str:
    """Return a chart and what goes with it side by side; one above the other where a table has many columns."""
    wide = " stacked" if columns > 7 else ""
    figure = f'<figure class="scroll" role="region" tabindex="0" aria-labelledby="{name}-title">{chart}</figure>'
    return f'<div class="pair{wide}">{figure}{other}</div>'
