"""What `calibrate` prints."""

from __future__ import annotations

import math

from assetplan.answers.trend import TrendFit
from assetplan.calibration import Calibration
from assetplan.cli.layout import figure, items, paragraph, table
from assetplan.words import financial_year


def calibration_text(learned: Calibration) -> str:
    """What a calibration learned by group, how it does on assets it did not see, and what was set aside."""
    rows = [
        (
            str(row["group"]),
            f"{row['assets']:,}",
            f"{row['pairs']:,}",
            _years(row["life"]),
            f"{_years(row['life_low'])} to {_years(row['life_high'])}",
            *(figure(row[name], ".2f") for name in ("error", "no_change", "constant_rate")),
            *(figure(row[name], ".0%") for name in ("within_80", "within_95")),
        )
        for row in learned.rows.to_dict("records")
    ]
    heads = (
        *("group", "assets", "pairs", "life", "95% interval"),
        *("error", "no change", "constant rate", "in 80%", "in 95%"),
    )
    note = (
        f"Life is in years: {_LIFE[learned.kind]}. Error is the root mean square on assets held out from the fit, in "
        "index points, beside that of two simple rules; the last columns say how many of their readings lay within the "
        "80% and 95% intervals."
    )
    return "\n".join([table(heads, rows), "", paragraph(note, ""), *items(learned.notes)])


def trend_text(learned: TrendFit, base: int) -> str:
    """What a pace fitted to a trend does to the length of road with under five years left.

    Parameters
    ----------
    learned : TrendFit; the fit
    base : int; its base year
    """
    years = [financial_year(base + place) for place in range(len(learned.after))]
    rows = [
        [name, *(f"{value:,.1f}" for value in values), f"{(values[-1] - values[0]) / (len(values) - 1):+,.1f}"]
        for name, values in (("the groups' own", learned.before), (f"{learned.pace:.3f} of it", learned.after))
    ]
    spend = "current spend" if learned.spend == "current" else "nothing spent"
    note = (
        f"Roads with under five years of residual life, km, at {spend}. The trend is {learned.change:+,.1f} km a year. "
        "Residual life is of the pace too, so today's length changes with it. One figure settles one pace, of every "
        "group of roads alike: it is not verified."
    )
    return "\n".join([table(["pace", *years, "a year"], rows), "", paragraph(note, "")])


_LIFE = {
    "curve": "from an index of 100 to one of 40",
    "markov": "from the best state to the worst, on average",
    "weibull": "from new to failure, on average",
}


def _years(value: float) -> str:
    return f"{value:.1f}" if math.isfinite(value) else "not seen"
