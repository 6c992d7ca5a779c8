"""The picture of a calibration: decay of each group with its interval, and how readings held out were met."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd

from assetplan.calibration import Calibration
from assetplan.output import new_file
from assetplan.report.charts import SERIES_COLOURS

_MOST = 8  # groups with a colour of their own
_BINS = 8
_RULES = (("expected", "-", "o"), ("no_change", ":", "s"), ("constant_rate", "--", "^"))


def draw_calibration(learned: Calibration, path: Path, force: bool = False) -> None:
    """Draw decay by age, and the held-out check by years between readings and by what was expected.

    Parameters
    ----------
    learned : Calibration; a calibration
    path : path; SVG or PNG file, by its ending; the same calibration gives the same bytes
    force : bool; whether it may be replaced

    Raises
    ------
    OutputExistsError
        The file is there and `force` is not set.
    """
    with new_file(path, force) as part:
        save_calibration(learned, part, path.suffix.lstrip("."))


def save_calibration(learned: Calibration, place: Path | IO[bytes], kind: str, dpi: int = 110) -> None:
    """Save the picture to a file of one of the kinds that matplotlib writes, by default at 110 dots an inch.

    Parameters
    ----------
    learned : Calibration; a calibration
    place, kind, dpi : path or open file, str, int; where it goes, "svg" or "png", and how fine the latter is
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "calibration", "font.size": 9}):
        figure = Figure(figsize=(10.5, 3.6), layout="constrained")
        left, middle, right = figure.subplots(1, 3)
        _decay(left, learned.decay)
        _errors(middle, learned.held_out)
        _expected(right, learned.held_out)
        for axes in (left, middle, right):
            axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(place, format=kind, dpi=dpi, metadata={"Date": None} if kind == "svg" else None)


def _decay(axes: Any, decay: pd.DataFrame) -> None:
    for k, (group, rows) in enumerate(decay.groupby("group", sort=False)):
        colour = SERIES_COLOURS[k % _MOST]
        axes.fill_between(rows["age"], rows["low"], rows["high"], color=colour, alpha=0.2, linewidth=0)
        axes.plot(rows["age"], rows["index"], color=colour, label=str(group))
    axes.set(title="Mean decay and its 95 % interval", xlabel="years from new", ylabel="condition index", ylim=(0, 102))
    if decay["group"].nunique() <= _MOST:
        axes.legend(frameon=False)


def _errors(axes: Any, held: pd.DataFrame) -> None:
    axes.set(title="Assets held out: error by interval", xlabel="years between readings", ylabel="rms error, points")
    if held.empty:
        return
    cells = _cells(held["years"].to_numpy())
    for column, line, mark in _RULES:
        square = (held[column] - held["after"]) ** 2
        means = held.assign(square=square).groupby(cells)[["years", "square"]].mean()
        axes.plot(means["years"], np.sqrt(means["square"]), line + mark, markersize=4, label=column.replace("_", " "))
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)


def _expected(axes: Any, held: pd.DataFrame) -> None:
    axes.set(title="Assets held out: met as expected?", xlabel="index expected", ylabel="index read", aspect="equal")
    if held.empty:
        return
    cells = _cells(held["expected"].to_numpy())
    means = held.groupby(cells)[["expected", "after"]].mean()
    shown: Sequence[float] = [float(means.to_numpy().min()) - 3, float(means.to_numpy().max()) + 3]
    axes.plot(shown, shown, color="grey", linewidth=0.8)
    axes.plot(means["expected"], means["after"], "o", color=SERIES_COLOURS[0], markersize=5)
    axes.set(xlim=shown, ylim=shown)


def _cells(values: np.ndarray) -> np.ndarray:
    """Which of a few cells of like number each value lies in."""
    cuts = np.unique(np.quantile(values, np.linspace(0, 1, _BINS + 1)[1:-1]))
    return np.searchsorted(cuts, values, side="right")
