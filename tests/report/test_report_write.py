"""The report as a file: the same bytes, nothing to fetch, and programmes that lack something."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from markupsafe import escape
from summaries import with_summary
from synthetic import HOSTILE, make_programme

from assetplan.errors import OutputExistsError
from assetplan.programme import Programme
from assetplan.report import write_report
from assetplan.report.page import render_report
from assetplan.words import pounds


@pytest.fixture(scope="module")
def small() -> Programme:
    return make_programme(n_roads=30, per_road=6)


def test_same_programme_same_bytes(report, programme, tmp_path):
    again = write_report(programme, tmp_path / "again.html")
    assert again.read_bytes() == report.read_bytes()


@pytest.mark.slow
def test_same_bytes_in_another_process(small, tmp_path):
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from synthetic import make_programme;"
        "from assetplan.report import write_report;"
        "write_report(make_programme(n_roads=30, per_road=6), sys.argv[2])"
    )
    here = os.path.dirname(__file__)
    other = tmp_path / "other.html"
    subprocess.run(
        [sys.executable, "-c", script, here, str(other)],
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "17"},
        timeout=60,
    )
    assert other.read_text(encoding="utf-8") == render_report(small)


def test_an_existing_file_is_kept_unless_forced(small, tmp_path):
    path = tmp_path / "deep" / "report.html"
    assert write_report(small, path) == path
    path.write_text("kept")
    with pytest.raises(OutputExistsError, match=r"report\.html"):
        write_report(small, path)
    assert path.read_text() == "kept"
    write_report(small, path, force=True)
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [item.name for item in path.parent.iterdir()] == ["report.html"]


def test_a_failed_write_leaves_nothing(small, tmp_path):
    lost = dataclasses.replace(small, assets=small.assets.set_crs(None, allow_override=True))
    with pytest.raises(ValueError, match="coordinate reference system"):
        write_report(lost, tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


def test_no_address_is_left_to_fetch(report):
    text = report.read_text(encoding="utf-8")
    # Leaflet's own text names its home page in a credit that the report turns off.
    outside = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", outside)
    assert "url(" not in text.replace("url(#", "")
    assert "user-scalable" not in text
    assert "default-src 'none'" in text
    assert "unsafe" not in re.search(r"Content-Security-Policy\" content=\"([^\"]*)", text)[1]


def test_a_hostile_name_never_reaches_the_page_raw(report):
    text = report.read_text(encoding="utf-8")
    assert HOSTILE not in text
    assert "<b>" not in text
    assert "{{7*7}}" in text
    assert escape(HOSTILE) in text


def test_headline_figures_are_those_of_the_programme(small):
    text = render_report(small)
    assert "0.007\u00a0%" in text
    assert "of the best possible" in text
    total = small.works["cost"].sum()
    assert pounds(total, 4) in text


def test_both_tables_of_road_condition_agree(small):
    assets = small.assets.copy()
    # Both rest on the summary, whatever the assets hold.
    assets["plan_2023"] = np.where(assets["plan_2023"] > 50, 60.0, 19.99)
    text = render_report(dataclasses.replace(small, assets=assets))
    rows = re.findall(r'<th scope="row">(?:End of )?2023/24, with the plan</th>(.*?)</tr>', text)
    first, second = (re.findall(r"<td[^>]*>([^<]*)</td>", row)[:5] for row in rows[:2])
    assert first == second


def test_empty_keys_leave_out_what_rests_on_them(small):
    rows = {
        key: () for key, value in small.summary if isinstance(value, tuple) and key not in ("years", "asset_classes")
    }
    text = render_report(with_summary(small, **rows, note="", authority=""))
    assert "Value for money" in text
    plain = re.sub(r"<script.*?</script>|<style>.*?</style>|base64,[^\"]*", "", text, flags=re.DOTALL)
    assert not re.search(r"\bnan\b", plain, flags=re.IGNORECASE)


def test_a_plan_without_works_or_places_is_reported_as_such(small):
    empty = {name: getattr(small, name).iloc[:0] for name in ("works", "places", "districts")}
    none = with_summary(
        dataclasses.replace(small, **empty), cost=0.0, spend=[], kinds=[], treated=0, benefit=0.0, gap=0.0
    )
    text = render_report(none)
    assert "The programme holds no works." in text
    assert "The programme spends nothing." in text


def test_a_register_without_locations_has_no_map(small):
    nowhere = gpd.GeoSeries([None] * len(small.assets), index=small.assets.index, crs=small.assets.crs)
    lost = dataclasses.replace(small, assets=small.assets.set_geometry(nowhere))
    text = render_report(lost)
    assert "there is no map" in text
    assert "<script" not in text


def test_an_asset_without_location_is_counted(small):
    assets = small.assets.copy()
    assets.loc[assets.index[:3], "geometry"] = None
    text = render_report(dataclasses.replace(small, assets=assets))
    assert "3 assets have no location" in text


def test_missing_values_and_odd_shapes_are_borne(small):
    assets = small.assets.copy()
    columns = [name for name in assets if name.startswith(("plan_", "do_nothing_"))]
    assets.loc[assets.index[:5], columns] = float("nan")
    for name in ("road", "name", "link_id", "district", "road_class"):
        assets[name] = assets[name].astype(object)
        assets.loc[assets.index[2:6], name] = None
    assets.loc[assets.index[4:9], ["chainage_m", "length_m"]] = float("nan")
    line = assets.geometry.iloc[7]
    assets.loc[assets.index[7], "geometry"] = shapely.MultiLineString([line, shapely.offset_curve(line, 30)])
    assets.loc[assets.index[8], "geometry"] = shapely.Point(450_000, 210_000).buffer(20)
    assets["asset_class"] = assets["asset_class"].replace({"signal": "street_lighting"})
    kept = small.summary.asset_classes
    lamp = dataclasses.replace(
        kept[-1], asset_class="street_lighting", label="Lamp", plural="Street lighting", symbol="star"
    )
    classes = [dataclasses.asdict(row) for row in (*kept, lamp)]
    text = render_report(dataclasses.replace(with_summary(small, asset_classes=classes), assets=assets))
    assert "Street lighting</span></label>" in text


def test_a_register_in_degrees_is_mapped_too(small):
    turned = {name: getattr(small, name).to_crs(4326) for name in ("assets", "works", "places", "districts")}
    turned["assets"]["length_m"] = small.assets["length_m"]
    assert "map-packet" in render_report(dataclasses.replace(small, **turned))


def test_an_address_without_text_is_refused(small):
    from assetplan.report.figure import ReportFigure, text_of
    from assetplan.report.layer import make_map
    from assetplan.report.payload import make_payload

    with pytest.raises(ValueError, match=r"example\.org/style\.css"):
        text_of("https://example.org/style.css")
    board_map = make_map(make_payload(small))
    board_map.default_js = [*board_map.default_js, ("other", "https://example.org/other.js")]
    figure = ReportFigure("title", "")
    board_map.add_to(figure)
    with pytest.raises(ValueError, match=r"example\.org/other\.js"):
        figure.render()


def test_a_script_that_ends_itself_is_refused():
    from assetplan.report.figure import ReportFigure

    with pytest.raises(ValueError, match="closes its own element"):
        ReportFigure("title", "", scripts=["'</SCRIPT>'"]).render()


def test_a_long_plan_is_written(small):
    years = list(range(2019, 2031))
    assets = small.assets.copy()
    for year in years[5:]:
        for case in ("plan", "do_nothing"):
            assets[f"{case}_{year}"] = assets[f"{case}_2023"]
    spend = pd.DataFrame(small.summary.spend)
    later = pd.concat([spend.assign(year=spend["year"] + 7), spend]).drop_duplicates(["line", "year"])
    longer = with_summary(small, years=years, spend=later.to_dict("records"))
    text = render_report(dataclasses.replace(longer, assets=assets))
    assert "2030/31" in text
