"""Parts of the report by themselves: the packet, words, charts, tables."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from markupsafe import escape
from packets import decode_cases, unpack

from assetplan.condition import band_codes
from assetplan.report.charts import Series, lines, spread, stacked_bars, ticks
from assetplan.report.encoding import MISSING, code_cases, column, condition_bytes, pack
from assetplan.report.markup import render
from assetplan.report.payload import settlements
from assetplan.report.tables import Noted, Row, Table
from assetplan.report.wording import gap_words, percent, unit_of
from assetplan.words import financial_year


@given(st.lists(st.integers(-(2**31), 2**31 - 1), max_size=40), st.booleans())
def test_columns_come_back_as_they_were(values, delta):
    packet = pack({"text": "é<&"}, [column("a", values, "i4", delta), column("b", [1, 255], "u1", True)])
    header, columns = unpack(packet)
    assert header == {"text": "é<&"}
    assert columns["a"].tolist() == values
    assert columns["b"].tolist() == [1, 255]


def test_a_value_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="'steps' holds values outside -32768 to 32767"):
        column("steps", [40_000], "i2")


@given(st.integers(0, 2**32 - 1))
def test_cases_come_back_as_they_were(seed):
    rng = np.random.default_rng(seed)
    nothing, plan = rng.integers(0, 256, (2, 4, 9)).astype(np.uint8)
    back = decode_cases(*code_cases(nothing, plan), 4)
    assert np.array_equal(back[0], nothing)
    assert np.array_equal(back[1], plan)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30))
def test_rounding_down_keeps_each_index_in_its_band(index):
    values = np.round(index, 2)
    stored = condition_bytes(values)
    assert np.array_equal(band_codes("index", stored), band_codes("index", values))


def test_an_unknown_index_is_stored_as_such():
    assert condition_bytes([np.nan, 59.99, 60.0, 100.0]).tolist() == [MISSING, 59, 60, 100]


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (0.0001, "within 0.01\u00a0% of the best possible"),
        (0.000071, "within 0.0071\u00a0% of the best possible"),
        (7.23e-5, "within 0.0073\u00a0% of the best possible"),
        (1e-9, "within 0.001\u00a0% of the best possible"),
        (0.0212, "within 2.2\u00a0% of the best possible"),
        (0.25, "within 25\u00a0% of the best possible"),
        (0.0, "proven to be the best possible"),
        (None, "no bound was proven"),
    ],
)
def test_the_gap_in_words_never_claims_too_much(gap, words):
    assert gap_words(gap) == words


def test_shares_and_units():
    assert percent(0.416) == "42\u00a0%"
    assert unit_of("m2", 5e6).label == "thousand m²"
    assert unit_of("km", 4_656).decimals == 0


@given(st.floats(1e-3, 1e9))
def test_ticks_are_few_and_reach_the_top(top):
    marks = ticks(top)
    assert marks[0] == 0
    assert marks[-1] >= top * (1 - 1e-9)
    assert 2 <= len(marks) <= 7


@given(st.lists(st.floats(30, 300), min_size=1, max_size=8))
def test_labels_keep_apart_and_in_order(wanted):
    places = spread(sorted(wanted), 17, 30, 300)
    assert all(b - a >= 17 - 1e-9 for a, b in pairwise(places))
    assert places[-1] <= 300 + 1e-9


def test_charts_are_small_named_and_escaped():
    labels = [financial_year(year) for year in range(2019, 2029)]
    series = [Series(f"<line {k}>", [float(k + j) for j in range(10)]) for k in range(7)]
    limits = [60.0] * 9 + [float("nan")]
    chart = escape(stacked_bars("spend", "<title>", "desc & more", "£ million", labels, series, limits))
    assert len(chart.encode()) <= 5_120
    assert "&lt;title&gt;" in chart
    assert "&lt;line 3&gt;" in chart
    two = [
        Series("Do nothing", [float(k) for k in range(10)], "#7a0026", "7 4", "square"),
        Series("Plan", [5.0] * 9 + [float("nan")], "#1f5fa8"),
    ]
    chart = escape(lines("forecast", "title", "desc", "km", labels, two))
    assert len(chart.encode()) <= 5_120
    assert chart.count("<rect") == 10
    assert chart.count("<circle") == 9
    assert "stroke-dasharray" in chart


def test_tables_have_captions_scopes_and_escaped_cells():
    rows = [Row("<group>", kind="group"), Row("<head>", ("<cell>", "1.0"), "total")]
    text = escape(Table("name", "<caption>", ("<a>", "<b>", "c"), rows, text_columns=(0,)))
    assert "<cell>" not in text
    assert "<caption>&lt;" not in text
    assert 'aria-labelledby="name-caption"' in text
    assert text.count('scope="col"') == 3
    assert 'scope="rowgroup" colspan="3"' in text
    assert '<td>&lt;cell&gt;</td><td class="n">1.0</td>' in text


def test_text_is_escaped_and_what_is_missing_is_left_out():
    noted = Noted(Table("name", "<b> & \"'", ("a", "b"), [Row(None, (float("nan"), pd.NA))]), "<i>")
    assert "<span>&lt;b&gt; &amp; &#34;&#39;</span>" in escape(noted)
    assert '<th scope="row"></th><td class="n"></td><td class="n"></td>' in escape(noted)
    assert "&lt;i&gt;" in escape(noted)
    with pytest.raises(UndefinedError):
        render("noted.html")


def test_maps_label_settlements_only():
    kinds = ["settlement", "", None, "school", "hospital"]
    places = gpd.GeoDataFrame({"name": list("abcde"), "kind": kinds}, geometry=[shapely.Point(0, 0)] * 5)
    assert settlements(places)["name"].tolist() == ["a", "b", "c"]
    # A folder of an earlier plan does not have the kind.
    assert len(settlements(places.drop(columns="kind"))) == 5
