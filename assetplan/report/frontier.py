"""The picture of a frontier: what each share of the money brings, what costs stay, and what is poor at the end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from assetplan.answers.frontier import Frontier
from assetplan.output import new_file
from assetplan.report.charts import PLAN_COLOUR, series_colour

_MARKS = "os^Dv*PX"  # so that series are known without colour


def draw_frontier(reached: Frontier, unit: str, path: Path, force: bool = False) -> None:
    """Draw by money or carbon what is sought, what each cost stream but works comes to, and which share is poor.

    Parameters
    ----------
    reached : Frontier; with a share of its money at least with which the plan can be met
    unit : str; of what the plan seeks
    path : path; SVG or PNG file, by its ending; the same frontier gives the same bytes
    force : bool; whether it may be replaced

    Raises
    ------
    OutputExistsError
        The file is there and `force` is not set.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    points = reached.points.dropna(subset="benefit").set_index("share")
    across = _across(points)
    with mpl.rc_context({"svg.hashsalt": "frontier", "font.size": 9}), new_file(path, force) as part:
        figure = Figure(figsize=(10.5, 4.2), layout="constrained")
        left, middle, right = figure.subplots(1, 3)
        draw_benefit(left, points, unit)
        streams = reached.streams.assign(amount=reached.streams["amount"] / 1e6)
        _by_share(middle, across, streams.pivot(index="share", columns="stream", values="amount"))
        middle.set(title="Costs beside works, in the plan's years", ylabel="£m")
        _by_share(right, across, reached.condition.pivot(index="share", columns="asset_class", values="poor"))
        right.set(title="In poor condition at the end")
        right.yaxis.set_major_formatter(PercentFormatter(1.0))
        for axes in (left, middle, right):
            axes.set(xlabel=left.get_xlabel())
            axes.set_ylim(bottom=0)
            axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(part, dpi=110, metadata={"Date": None} if path.suffix == ".svg" else None)


def draw_benefit(axes: Any, points: pd.DataFrame, unit: str) -> None:
    """Draw what is reached by money or carbon, and above it how far its bound is.

    Parameters
    ----------
    axes : axes of matplotlib
    points : DataFrame; rows of `Frontier.points` that can be met
    unit : str; of what the plan seeks
    """
    sought, scale = ("£m", 1e6) if unit == "£" else (unit, 1.0)
    across = _across(points)
    axes.fill_between(across, points["benefit"] / scale, points["bound"] / scale, color=PLAN_COLOUR, alpha=0.3)
    axes.plot(across, points["benefit"] / scale, "o-", color=PLAN_COLOUR, markersize=4)
    limited = "carbon of works, t CO2e" if "carbon_limit" in points else "money, £m"
    axes.set(title="Benefit, and up to its bound", xlabel=limited, ylabel=sought)


def _across(points: pd.DataFrame) -> pd.Series:
    """What is limited: carbon (t CO2e) or money (£m)."""
    return points["carbon_limit"] if "carbon_limit" in points else points["money"] / 1e6


def _by_share(axes: Any, across: Any, by_share: Any) -> None:
    """One line a column, over the money or the carbon of each share."""
    for k, (name, values) in enumerate(by_share.items()):
        colour, mark = series_colour(k), _MARKS[k % len(_MARKS)]
        axes.plot(across[values.index], values, f"{mark}-", color=colour, markersize=4, label=str(name))
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=3)
