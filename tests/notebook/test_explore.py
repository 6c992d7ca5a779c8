"""The map of a notebook: what is on it, filters by keyword, a page that needs nothing else, hostile names."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from constraint_cases import small_register
from packets import unpack

import assetplan
from assetplan.inspection import standing
from assetplan.notebook.filters import OF_ASSETS, chosen
from assetplan.programme import Programme
from assetplan.register import Register

SCRIPT = "</script><script>alert(1)</script>"


def _packet(page: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    block = re.search(r'id="map-packet">([^<]*)</script>', page)
    assert block is not None
    return unpack(base64.b64decode(block[1]))


@pytest.fixture(scope="module")
def register() -> Register:
    return small_register()


def test_a_register_s_map_has_each_asset_with_its_condition(register: Register) -> None:
    shown = register.explore()
    header, columns = _packet(shown.page)
    _, stock = standing(register)
    index = stock.set_index("asset_id")["index"].reindex(header["ids"]).to_numpy()
    assert sorted(header["ids"]) == sorted(register.assets["asset_id"])
    known = ~np.isnan(index)
    assert columns["nothing"][known].tolist() == np.floor(np.clip(index[known], 0, 100) + 1e-9).astype(int).tolist()
    assert not columns["plan"].any()
    quantity = register.assets.set_index("asset_id")["quantity"].reindex(header["ids"])
    assert columns["quantity"].tolist() == quantity.round().fillna(-1).astype(int).tolist()
    assert len(header["owned"]["units"]) == len(header["classes"])


def test_filters_hold_all_together_and_name_one_value_or_several(register: Register) -> None:
    assets = register.assets
    some = sorted(set(assets["asset_class"]))[:2]
    for filters in ({"asset_class": some[0]}, {"asset_class": some}, {"asset_class": tuple(some), "road_class": "A"}):
        header, _ = _packet(register.explore(**filters).page)
        keep = assets["asset_class"].isin(np.atleast_1d(filters["asset_class"]))
        if "road_class" in filters:
            keep &= assets["road_class"] == "A"
        assert sorted(header["ids"]) == sorted(assets.loc[keep, "asset_id"])
    assert register.explore(asset_class=some[0]).about == f"{keep_count(assets, some[0])} of {len(assets)} assets: " + (
        f"asset class {some[0]}."
    )
    assert chosen(assets, {"year": 2020}, OF_ASSETS).all()


def keep_count(assets: pd.DataFrame, asset_class: str) -> int:
    return int((assets["asset_class"] == asset_class).sum())


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"colour": "red"}, r"column colour: is no filter; filters are asset_class, road_class, hierarchy, district"),
        ({"treatment": "resurfacing"}, "column treatment: is no filter"),
        ({"asset_class": "bridg"}, "'bridg' must be one of .*bridge"),
        ({"asset_class": ["bridge", "x"], "road": "Z99"}, "2 faults"),
    ],
)
def test_an_unknown_filter_or_value_is_refused_with_those_there_are(
    register: Register, filters: dict[str, Any], message: str
) -> None:
    with pytest.raises(assetplan.ConfigError, match=message):
        register.explore(**filters)


def test_nothing_that_has_a_place_is_no_map(register: Register) -> None:
    bare = register.assets.set_geometry([None] * len(register.assets)).set_crs(register.assets.crs)
    with pytest.raises(assetplan.ConfigError, match="there is no map, for none has a location"):
        replace(register, assets=bare).explore()


def test_a_programme_s_map_is_filtered_by_assets_and_by_works(small_programme: Programme) -> None:
    works = small_programme.works
    header, _ = _packet(small_programme.explore(treatment="resurfacing", year=[2020, 2021]).page)
    own = works[(works["treatment"] == "resurfacing") & works["year"].isin([2020, 2021])]
    assert sorted(header["ids"]) == sorted(own["asset_id"].unique())
    bridges = _packet(small_programme.explore(asset_class="bridge").page)[0]
    assert bridges["classes"] == ["bridge"]
    assert bridges["count"] == int((small_programme.assets["asset_class"] == "bridge").sum())
    with pytest.raises(assetplan.ConfigError, match="'2050' must be one of 2019, 2020, 2021, 2022, 2023"):
        small_programme.explore(year=2050)


def test_works_that_are_asked_for_are_what_the_map_opens_with(small_programme: Programme) -> None:
    page = small_programme.explore(year=2021, asset_class="carriageway").page
    assert re.search(r'value="works" checked', page)
    assert re.search(r'id="map-year"[^>]*value="3"', page)
    assert re.search(r'value="plan" checked', small_programme.explore(asset_class="carriageway").page)


def test_every_layer_that_is_asked_for_is_on(small_programme: Programme) -> None:
    page = small_programme.explore(asset_class="drainage").page
    assert re.search(r'name="layer" value="drainage"[^>]*checked', page)


def test_a_map_shows_itself_in_a_frame_and_is_saved_whole(register: Register, tmp_path: Path) -> None:
    shown = register.explore()
    frame = shown._repr_html_()
    inner = re.search(r'srcdoc="([^"]*)"', frame)
    assert inner is not None
    assert unescape(inner[1]) == shown.page
    assert 'sandbox="allow-scripts"' in frame
    assert len(repr(shown).splitlines()) < 10
    path = shown.save(tmp_path / "map.html")
    assert path.read_text(encoding="utf-8") == shown.page
    with pytest.raises(assetplan.OutputExistsError):
        shown.save(path)
    assert register.explore().page == shown.page


def test_names_on_a_map_are_text(register: Register) -> None:
    hostile = register.assets.assign(name=SCRIPT, road=SCRIPT, district=SCRIPT, group="", assumed=SCRIPT)
    hostile = hostile.assign(asset_id=[f"{SCRIPT}{k}" for k in range(len(hostile))], parent_id="")
    shown = replace(register, assets=hostile).explore(road=SCRIPT)
    # Names lie in the packet, which the browser reads as data; filters stand in the page itself.
    assert _packet(shown.page)[0]["labels"] == [SCRIPT]
    assert "&lt;/script&gt;&lt;script&gt;alert(1)" in shown.page
    assert "<script>alert(1)" not in shown.page
    assert "<script" not in shown._repr_html_()


@pytest.mark.slow
def test_a_map_opens_in_a_cell_without_a_network(small_programme: Programme, tmp_path: Path, browser: Any) -> None:
    from map_pages import cell, opened

    for shown in (small_programme.explore(), small_register().explore()):
        page, inner, _ = opened(browser, cell(shown, tmp_path))
        assert page.messages == []
        assert inner.locator("canvas.leaflet-tile").count() > 0
        inner.evaluate("() => window.assetplan.controls.choose(0)")
        assert inner.locator("#details dd").first.inner_text() == _packet(shown.page)[0]["ids"][0]
        page.context.close()
