"""How numbers, years and names are put into words on the page."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from assetplan.condition import band_names, poor_bands
from assetplan.programme.summary_ahead import CURRENT_SPEND
from assetplan.words import is_missing, number

BAND_COLOURS = ("#1f5fa8", "#3f97d0", "#7a7a7a", "#d9601a", "#7a0026")
"""Very good to very poor; distinct to readers with any common colour blindness."""


def band_colours(scale: str) -> tuple[str, ...]:
    """Colour of each band of a scale, best first: bands that count as poor condition have those of poor and very poor.

    A scale of more bands than there are colours has them spread over its bands. ValueError, naming the scales there
    are, if `scale` has no bands.
    """
    bands, poor, most = len(band_names(scale)), len(poor_bands(scale)), len(BAND_COLOURS)
    if bands > most:
        return tuple(BAND_COLOURS[place * most // bands] for place in range(bands))
    return BAND_COLOURS[: bands - poor] + BAND_COLOURS[most - poor :]


KIND_COLOURS = {"preventative": "#1f5fa8", "major": "#d9601a"}
"""Colour of works on the maps, by kind; any other kind takes `OTHER_KIND_COLOUR`."""

OTHER_KIND_COLOUR = "#4d4d4d"

CASES = (("Plan", "plan"), ("Do nothing", "do-nothing"))
"""What the page calls the two cases of a programme."""

FORECAST_CASES = (CASES[0], ("Current spend", CURRENT_SPEND), CASES[1])
"""What it calls those of the years ahead."""


class Unit(NamedTuple):
    """How a quantity is shown: divided by `divisor`, with `decimals`, under `label`."""

    label: str
    divisor: float
    decimals: int


def percent(share: Any, decimals: int = 0) -> str:
    """Return a share (0 to 1) as a percentage."""
    return "–" if is_missing(share) else f"{number(float(share) * 100, decimals)}\u00a0%"


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
