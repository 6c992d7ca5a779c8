"""The page of what differs between two programmes: map, key, totals and causes, alone and without a network."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from packets import unpack
from synthetic import HOSTILE
from test_report_page import INK

from assetplan.answers import Comparison, compare
from assetplan.answers.causes import CAUSES
from assetplan.answers.comparison import CHANGES
from assetplan.errors import OutputExistsError
from assetplan.programme import Programme
from assetplan.report import write_differences
from assetplan.report.differences import render_differences
from assetplan.report.symbols import CHANGE_STYLES


def rgb(colour: str) -> str:
    return ",".join(str(int(colour[k : k + 2], 16)) for k in (1, 3, 5))


def hostile(programme: Programme, without: str) -> Programme:
    """A programme without one asset, of names that are markup."""
    names = dict.fromkeys(("road", "name", "district", "division"), HOSTILE)
    tables = (each[each["asset_id"] != without].assign(**names) for each in (programme.assets, programme.works))
    return replace(programme, **dict(zip(("assets", "works"), tables, strict=True)))


@pytest.fixture(scope="module")
def pair(two_programmes: tuple[Programme, Programme]) -> tuple[Programme, Programme, Comparison]:
    """A small plan and the same with more money; each lacks an asset that the other treats."""
    before, after = two_programmes
    alike = before.assets["strategy"] == after.assets["strategy"]
    treated = before.assets["asset_id"][alike & (before.assets["strategy"] != "do-nothing")].tolist()
    both = hostile(before, treated[0]), hostile(after, treated[-1])
    return *both, compare(*both)


@cache
def rendered(*pair: Any) -> str:
    return render_differences(*pair, f"one beside {HOSTILE}")


def packet_of(page: str) -> tuple[dict[str, Any], dict[str, Any]]:
    text = re.search(r'id="map-packet">([^<]*)<', page)
    assert text
    return unpack(base64.b64decode(text[1]))


def test_the_map_holds_every_asset_that_differs_with_both_strategies_and_why(
    pair: tuple[Programme, Programme, Comparison],
) -> None:
    before, after, compared = pair
    header, columns = packet_of(rendered(*pair))
    assert {"new", "gone", "in"} <= set(compared.assets["change"])
    assert [change["name"] for change in header["changes"]] == [
        name for name in CHANGES if name in set(compared.assets["change"])
    ]
    counts = pd.Series(columns["change"]).value_counts()
    for place, change in enumerate(header["changes"], 1):
        assert counts[place] == (compared.assets["change"] == change["name"]).sum()
    texts = {name: [header["texts"][code] for code in columns[name]] for name in ("before", "after", "why")}
    shown = pd.DataFrame({**texts, "cost": columns["cost_after"], "change": columns["change"]}).query("change > 0")
    expected = [
        *(each.assets.set_index("asset_id")["treatments"].replace("", "Nothing is done") for each in (before, after)),
    ]
    for column, known in zip(("before", "after"), expected, strict=True):
        words = known.reindex(compared.assets["asset_id"]).fillna("Not in the register")
        assert sorted(shown[column]) == sorted(words)
    assert shown["cost"].sum() == pytest.approx(compared.assets["cost_after"].sum(), abs=len(shown))
    reasons = {CAUSES[cause].capitalize() for cause in compared.assets["cause"]}
    assert {text.split(":")[0] for text in shown["why"]} == reasons


def test_text_of_a_register_is_data_and_nothing_is_fetched(pair: tuple[Programme, Programme, Comparison]) -> None:
    page = rendered(*pair)
    assert HOSTILE not in page
    assert "<b>" not in page.split("<script")[0]
    outside = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", outside)


def test_its_tables_are_the_comparisons_totals(pair: tuple[Programme, Programme, Comparison]) -> None:
    page, (_, _, compared) = rendered(*pair), pair
    for by in ("district", "division", "line", "asset_class", "road_class"):
        table = re.search(rf'<table id="by-{by.replace("_", "-")}">.*?</table>', page, re.DOTALL)
        assert table
        rows = compared.totals[compared.totals["by"] == by]
        cells = re.findall(r"<td[^>]*>([^<]*)</td>", table[0])
        wide = len(cells) // len(rows)
        ends = [cells[k].replace(",", "") for k in range(wide - 1, len(cells), wide)]
        assert [float(end) for end in ends] == pytest.approx((rows["after"] / 1000).tolist(), abs=0.05)  # as rounded
    assert "Why they differ" in page


def test_two_that_do_not_differ_and_assets_without_a_place_have_a_page(
    pair: tuple[Programme, Programme, Comparison], tmp_path: Path
) -> None:
    before, after, _ = pair
    edited = replace(before, edited=("programme.csv",))
    same = write_differences(before, edited, compare(before, edited), tmp_path / "same.html", "the same")
    assert "map-packet" not in same.read_text(encoding="utf-8")
    assert "shown as they now stand: programme.csv" in same.read_text(encoding="utf-8")
    with pytest.raises(OutputExistsError):
        write_differences(before, before, compare(before, before), same, "the same")
    nowhere = [
        replace(each, assets=each.assets.set_geometry([None] * len(each.assets), crs=27700)) for each in (before, after)
    ]
    compared = compare(*nowhere)
    page = render_differences(*nowhere, compared, "nowhere")
    assert f"{len(compared.assets)} assets that differ have no location" in page
    assert "map-packet" not in page


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 640, 320])
def test_the_page_is_drawn_keyed_and_read_by_keyboard(
    pair: tuple[Programme, Programme, Comparison], tmp_path: Path, open_page: Callable[..., Any], width: int
) -> None:
    (tmp_path / "page.html").write_text(rendered(*pair), encoding="utf-8")
    page = open_page(tmp_path / "page.html", width=width)
    assert (page.messages, page.asked) == ([], [(tmp_path / "page.html").as_uri()])
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    header, columns = packet_of(rendered(*pair))
    ink = page.evaluate(INK)
    for change in header["changes"]:
        assert rgb(CHANGE_STYLES[change["name"]]["colour"]) in ink
        assert change["label"] in page.locator(".layers").inner_text()
    differ = int((columns["change"] > 0).sum())
    assert page.locator("#map-status").inner_text() == f"{differ} of {differ} assets that differ are shown."
    page.uncheck("input[value=in]")
    came_in = int((pair[2].assets["change"] == "in").sum())
    assert page.locator("#map-status").inner_text() == f"{differ - came_in} of {differ} assets that differ are shown."
    assert rgb(CHANGE_STYLES["in"]["colour"]) not in page.evaluate(INK)
    page.evaluate("assetplan.controls.choose(assetplan.controls.columns.change.findIndex((kind) => kind > 0))")
    details = page.locator("#details").inner_text()
    assert HOSTILE in details
    assert all(word in details for word in ("What differs", "Before", "After", "Cost", "Why"))
    page.locator(".folium-map").focus()
    page.keyboard.press("Escape")
    assert "Point at or tap" in page.locator("#details").inner_text()
    page.locator("#road").fill(HOSTILE)
    page.keyboard.press("Enter")
    assert "sections" in page.locator("#map-status").inner_text()
    assert not [text for text in page.messages if "getImageData" not in text], "but for this test's reading of ink"


@pytest.mark.slow
def test_the_same_programmes_give_the_same_page(pair: tuple[Programme, Programme, Comparison]) -> None:
    assert rendered(*pair) == render_differences(*pair, f"one beside {HOSTILE}")
