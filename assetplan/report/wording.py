"""How numbers, years and names are put into words on the page."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

BAND_COLOURS = ("#1f5fa8", "#3f97d0", "#7a7a7a", "#d9601a", "#7a0026")
"""Very good to very poor; distinct to readers with any common colour blindness."""

KIND_COLOURS = {"preventative": "#1f5fa8", "major": "#d9601a"}
"""Colour of works on the maps, by kind; any other kind takes `OTHER_KIND_COLOUR`."""

OTHER_KIND_COLOUR = "#4d4d4d"

CLASS_LABELS = {
    "carriageway": "Roads",
    "footway": "Footways",
    "bridge": "Bridges",
    "building": "Buildings",
    "signal": "Traffic signals",
    "drainage": "Drains",
}
"""Asset classes in the order in which the report shows them."""


class Unit(NamedTuple):
    """How a quantity is shown: divided by `divisor`, with `decimals`, under `label`."""

    label: str
    divisor: float
    decimals: int


def is_missing(value: object) -> bool:
    """Say whether a value is None, NaN or a pandas missing value."""
    if value is None:
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):  # pandas.NA has no truth value
        return True


def number(value: Any, decimals: int = 0) -> str:
    """Return a number with thousands separated; a dash where it is missing."""
    if is_missing(value) or not math.isfinite(float(value)):
        return "–"
    text = f"{float(value):,.{decimals}f}"
    negative = text.startswith("-") and any(digit in text for digit in "123456789")
    return f"−{text[1:]}" if negative else text.lstrip("-")


def pounds(value: Any) -> str:
    """Return whole pounds, such as £12,300."""
    text = number(value)
    return f"−£{text[1:]}" if text.startswith("−") else text if text == "–" else f"£{text}"


def millions(value: Any, decimals: int = 2) -> str:
    """Return pounds as a plain number of millions, for columns headed £m."""
    return "–" if is_missing(value) else number(float(value) / 1e6, decimals)


def money(value: Any) -> str:
    """Return pounds in words a reader takes in at once: £152.8m, £4.25m, £860,000."""
    if is_missing(value):
        return "–"
    size = abs(float(value))
    if size < 0.995e6:
        return pounds(round(float(value), -3) if size >= 1e4 else value)
    text = millions(value, 2 if size < 9.995e6 else 1) + "m"
    return f"−£{text[1:]}" if text.startswith("−") else f"£{text}"


def percent(share: Any, decimals: int = 0) -> str:
    """Return a share (0 to 1) as a percentage."""
    return "–" if is_missing(share) else f"{number(float(share) * 100, decimals)}\u00a0%"


def financial_year(year: Any) -> str:
    """Return the financial year that starts in `year`: 2019 gives 2019/20."""
    return f"{int(year)}/{(int(year) + 1) % 100:02d}"


def class_label(asset_class: object) -> str:
    """Return what a reader calls an asset class; a class without a label takes its own name."""
    name = str(asset_class)
    return CLASS_LABELS.get(name, sentence(name.replace("_", " ")))


def class_order(asset_class: object) -> tuple[int, str]:
    """Sort key that puts asset classes in the report's order, unknown ones last by name."""
    known = list(CLASS_LABELS)
    name = str(asset_class)
    return (known.index(name) if name in known else len(known), name)


def sentence(text: object) -> str:
    """Return text with its first letter in upper case, the rest as it is."""
    words = "" if is_missing(text) else str(text)
    return words[:1].upper() + words[1:]


def gap_words(gap: Any) -> str:
    """Say how far from the best possible a plan can be, rounded up so that it never claims too much."""
    if is_missing(gap) or not math.isfinite(float(gap)):
        return "no bound was proven"
    share = max(float(gap), 0.0) * 100
    if share == 0:
        return "proven to be the best possible"
    places = max(0, 1 - math.floor(math.log10(share)))
    step = 10.0**-places
    # The tolerance keeps 0.01 from turning into 0.011 by the last bit of a float.
    shown = max(math.ceil(share / step - 1e-9) * step, 0.001)
    digits = f"{shown:.{max(places, 3 if shown <= 0.001 else places)}f}"
    return f"within {digits.rstrip('0').rstrip('.') if '.' in digits else digits}\u00a0% of the best possible"


def unit_of(unit: object, largest: float) -> Unit:
    """Choose how quantities of a unit are shown, given the largest of them."""
    name = "" if is_missing(unit) else str(unit)
    if name in ("m2", "m²"):
        return Unit("thousand m²", 1e3, 0 if largest >= 1e5 else 1) if largest >= 1e4 else Unit("m²", 1, 0)
    if name == "m":
        return Unit("km", 1e3, 0 if largest >= 1e5 else 1)
    if name == "km":
        return Unit("km", 1, 0 if largest >= 100 else 1)
    if name.startswith("£m"):
        return Unit(name, 1, 0 if largest >= 100 else 1)
    if name == "m2 of deck":
        return Unit("m² of deck", 1, 0)
    return Unit("number" if name in ("", "no", "number") else name, 1, 0)
