"""Figures of a programme on axes of matplotlib, each drawn from the table of the same name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from assetplan.analyses import SHARES
from assetplan.answers.frontier import Frontier
from assetplan.condition import band_meanings, band_names
from assetplan.notebook.tables import CASES, ProgrammeAccessor, ProgrammeTables, in_name
from assetplan.report.charts import NOTHING_COLOUR, PLAN_COLOUR, series_colour
from assetplan.report.facts import Facts
from assetplan.report.frontier import draw_benefit
from assetplan.report.wording import band_colours
from assetplan.words import capitalised, financial_year

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from assetplan.register import Register

_WIDE = 0.38  # of a bar, where two stand beside each other
_END = "end of financial year"
_MARKS = "osD^v*PX"  # so that lines are known without colour


class ProgrammePlots(ProgrammeAccessor):
    """Figures of a programme, `programme.plot`; `programme.table` has the table that each is drawn from.

    Each takes `ax`, the axes to draw on, makes a figure where there are none, and returns the axes.
    """

    @property
    def _table(self) -> ProgrammeTables:
        return ProgrammeTables(self.programme)

    def spend(self, ax: Axes | None = None) -> Axes:
        """Spend by year and budget line, stacked, with a mark at the limit of each year on all lines together."""
        facts, axes = Facts(self.programme), _axes(ax)
        rows = self._table.spend()
        wide = rows.pivot_table(index="year", columns="label", values="spend_gbp", aggfunc="sum").fillna(0.0) / 1e6
        places, below = np.arange(len(wide)), np.zeros(len(wide))
        for place, label in enumerate(facts.stack):
            axes.bar(places, wide[label], 0.66, bottom=below, color=series_colour(place), label=_plain(label))
            below += wide[label].to_numpy()
        axes.plot(places, np.array(facts.limits) / 1e6, "_", color="black", markersize=34, label="limit of the year")
        prices = financial_year(self.programme.summary.price_base)
        axes.set(title="Spend by budget line", xlabel="financial year", ylabel=f"spend, £m, {prices} prices")
        return _finished(axes, wide.index, stacked=True)

    def condition(self, asset_class: str | None = None, ax: Axes | None = None) -> Axes:
        """How much of a class is in each band at the end of each year: if nothing is done (hatched) and with the plan.

        Parameters
        ----------
        asset_class, ax : as of `programme.table.condition`, of the class
        """
        known, axes = self._table.condition_class(asset_class), _axes(ax)
        rows = self._table.condition(known.asset_class)
        quantity = f"quantity_{in_name(known.stock_unit)}"
        wide = rows.pivot_table(index=["case", "year"], columns="band", values=quantity, aggfunc="sum").fillna(0.0)
        years = sorted(rows["year"].unique())
        places = np.arange(len(years))
        for case, side, hatch in zip(CASES, (-0.5, 0.5), ("////", ""), strict=True):
            below = np.zeros(len(years))
            for band, meaning, colour in zip(
                band_names(known.bands), band_meanings(known.bands), band_colours(known.bands), strict=True
            ):
                there = wide.loc[case].reindex(years)
                high = there[band].to_numpy() if band in there else np.zeros(len(years))
                label = capitalised(f"{band} {meaning}".strip()) if case == CASES[1] else "_"
                style = {"color": colour, "hatch": hatch, "edgecolor": "white", "linewidth": 0}
                axes.bar(places + side * (_WIDE + 0.02), high, _WIDE, bottom=below, label=label, **style)
                below += high
        title = f"{_plain(known.plural)} by condition (hatched: nothing is done)"
        axes.set(title=title, xlabel=_END, ylabel=_plain(f"{known.plural}, {known.stock_unit}"))
        return _finished(axes, years, stacked=True)

    def prices(self, ax: Axes | None = None) -> Axes:
        """What one more pound on each budget line is worth in each year, in the unit of what the plan seeks.

        A year in which money is left over has a price of 0: more of it would buy nothing.
        """
        summary, facts, axes = self.programme.summary, Facts(self.programme), _axes(ax)
        rows = self._table.prices().query("kind == 'line'")
        rows = rows.assign(label=rows["line"].map(facts.line_labels).fillna(rows["line"]))
        wide = rows.pivot_table(index="year", columns="label", values=rows.columns[-2], aggfunc="sum")
        places = np.arange(len(wide))
        for place, label in enumerate(label for label in facts.stack if label in wide):
            mark = f"{_MARKS[place % len(_MARKS)]}-"
            axes.plot(places, wide[label], mark, color=series_colour(place), label=_plain(label))
        worth = f"worth, {summary.sought.unit} for £1 more"
        axes.set(title="What one more pound is worth", xlabel="financial year", ylabel=worth)
        axes.set_ylim(bottom=0)
        return _finished(axes, wide.index, beside=True)

    def frontier(
        self,
        reached: Frontier | None = None,
        shares: Sequence[float] = SHARES,
        register: Register | None = None,
        ax: Axes | None = None,
    ) -> Axes:
        """What more or less money brings, and up to its bound.

        The plan is **solved anew** for each share unless `reached` is given, which takes as long as so many plans.

        Parameters
        ----------
        reached, shares, register : as of `programme.table.frontier`
        ax : Axes, optional

        Raises
        ------
        ConfigError, RegisterError
            As `programme.table.frontier`.
        """
        reached = reached if reached is not None else self._table.solved(shares, register)
        axes = _axes(ax)
        draw_benefit(axes, reached.points.dropna(subset="benefit"), self.programme.summary.sought.unit)
        return _finished(axes)

    def lifecycle(self, asset_id: str, ax: Axes | None = None) -> Axes:
        """Condition index of one asset by year, with the plan and if nothing is done, and the years of its works.

        Parameters
        ----------
        asset_id, ax : str, Axes; an asset of the programme

        Raises
        ------
        RegisterError
            The programme has no such asset; near names are given.
        """
        rows, axes = self._table.lifecycle(asset_id), _axes(ax)
        looks = ((CASES[0], "nothing is done", NOTHING_COLOUR, "s--"), (CASES[1], "plan", PLAN_COLOUR, "o-"))
        for case, label, colour, mark in looks:
            own = rows[rows["case"] == case]
            axes.plot(np.arange(len(own)), own["index_points"], mark, color=colour, label=label)
        own = rows[rows["case"] == CASES[1]].reset_index(drop=True)
        for place, row in own[own["treatment"] != ""].iterrows():
            axes.axvline(place, color="grey", linewidth=0.8, linestyle=":")
            where, move = (place, 50), {"xytext": (3, 0), "textcoords": "offset points"}
            axes.annotate(_plain(row["treatment"]), where, rotation=90, va="center", fontsize="small", **move)
        title = _plain(f"{asset_id}: condition by year")
        axes.set(title=title, xlabel=_END, ylabel="condition index, points (0–100)", ylim=(0, 102))
        return _finished(axes, own["year"])


def _axes(ax: Axes | None) -> Any:
    """The axes to draw on; a figure of its own where there are none."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(8.6, 4.2), layout="constrained")[1]


def _plain(text: str) -> str:
    """Text of a register as matplotlib shows it letter by letter: a pair of $ would make it a formula."""
    return text.replace("$", r"\$")


def _finished(
    axes: Any, years: Sequence[int] | pd.Index | pd.Series | None = None, beside: bool = False, stacked: bool = False
) -> Axes:
    """Axes with financial years across and their key, beside them or within; of a stack from its top down."""
    if years is not None:
        axes.set_xticks(np.arange(len(years)), [financial_year(int(year)) for year in years])
    axes.spines[["top", "right"]].set_visible(False)
    if axes.get_legend_handles_labels()[0]:
        place = {"loc": "center left", "bbox_to_anchor": (1.0, 0.5)} if beside or stacked else {}
        axes.legend(frameon=False, reverse=stacked, **place)
    drawn: Axes = axes
    return drawn
