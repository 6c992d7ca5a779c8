"""Figures are drawn from the tables of the same names, on axes with their units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from frontier_cases import frontier_of_three
from matplotlib.axes import Axes

import assetplan
from assetplan.programme import Programme
from assetplan.report.wording import BAND_COLOURS, band_colours


@pytest.fixture(autouse=True)
def _no_window() -> Iterator[None]:
    mpl.use("Agg")
    yield
    plt.close("all")


def _heights(axes: Axes) -> float:
    return float(sum(bar.get_height() for bar in axes.patches))


def test_spend_is_drawn_from_its_table(small_programme: Programme) -> None:
    axes = small_programme.plot.spend()
    assert _heights(axes) * 1e6 == pytest.approx(small_programme.table.spend()["spend_gbp"].sum())
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("financial year", "spend, £m, 2019/20 prices")
    assert [text.get_text() for text in axes.get_xticklabels()][:2] == ["2019/20", "2020/21"]
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert set(labels) == {*small_programme.table.spend()["label"], "limit of the year"}


def test_condition_is_drawn_in_both_cases_and_in_the_unit_of_its_class(small_programme: Programme) -> None:
    axes = small_programme.plot.condition("bridge")
    table = small_programme.table.condition("bridge")
    assert _heights(axes) == pytest.approx(table["quantity_m2_of_deck"].sum())
    assert axes.get_ylabel() == "Bridges, m2 of deck"
    assert {bar.get_hatch() for bar in axes.patches} == {"////", ""}


def test_prices_are_drawn_line_by_line(small_programme: Programme) -> None:
    axes = small_programme.plot.prices()
    prices = small_programme.table.prices().query("kind == 'line'")
    drawn = sum(float(np.sum(line.get_ydata())) for line in axes.lines)
    assert drawn == pytest.approx(prices["price_gbp_per_gbp"].sum())
    assert axes.get_ylabel() == "worth, £ for £1 more"


def test_a_lifecycle_marks_the_years_of_works(small_programme: Programme) -> None:
    item = small_programme.works.iloc[0]
    axes = small_programme.plot.lifecycle(item["asset_id"])
    table = small_programme.table.lifecycle(item["asset_id"])
    for line, case in zip(axes.lines, ("do-nothing", "plan"), strict=False):
        np.testing.assert_array_equal(line.get_ydata(), table.loc[table["case"] == case, "index_points"])
    assert item["label"] in {text.get_text() for text in axes.texts}
    assert axes.get_ylabel() == "condition index, points (0–100)"


def test_a_frontier_is_drawn_where_it_can_be_met(small_programme: Programme) -> None:
    axes = small_programme.plot.frontier(frontier_of_three())
    assert axes.lines[0].get_xdata().tolist() == [10.0, 15.0]
    assert axes.lines[0].get_ydata().tolist() == [30.0, 40.0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("money, £m", "£m")
    carbon = small_programme.plot.frontier(frontier_of_three(carbon=True))
    assert carbon.get_xlabel() == "carbon of works, t CO2e"
    with pytest.raises(assetplan.ConfigError, match="solve it first"):
        small_programme.plot.frontier()


@pytest.mark.parametrize("name", ["spend", "condition", "prices"])
def test_axes_that_are_given_are_drawn_on(small_programme: Programme, name: str) -> None:
    _, axes = plt.subplots()
    assert getattr(small_programme.plot, name)(ax=axes) is axes
    assert len(plt.get_fignums()) == 1


def test_names_are_drawn_letter_by_letter(small_programme: Programme) -> None:
    rows = tuple({**row, "label": r"$\alpha$ <b>"} for row in small_programme.summary.spend)
    axes = replace(small_programme, summary=small_programme.summary.model_copy(update={"spend": rows})).plot.spend()
    axes.figure.canvas.draw()
    assert r"\$\alpha\$ <b>" in {text.get_text() for text in axes.get_legend().get_texts()}


def test_bands_that_count_as_poor_have_the_colours_of_poor() -> None:
    assert band_colours("index") == BAND_COLOURS
    assert band_colours("grades") == (*BAND_COLOURS[:2], *BAND_COLOURS[3:])
    assert len(band_colours("pci")) == 7
    with pytest.raises(ValueError, match="no bands for scale 'none'"):
        band_colours("none")
