"""What closing roads costs: the packet, the map's view, the table; and the words of a plan that seeks condition."""

from __future__ import annotations

import re
from dataclasses import asdict, replace

import numpy as np
import pytest
from packets import unpack
from summaries import with_summary
from synthetic import HOSTILE, make_programme
from test_report_page import INK

from assetplan.condition import band_codes, band_names
from assetplan.objectives import OBJECTIVES
from assetplan.programme import Programme
from assetplan.report.critical import COLOURS, SCALE
from assetplan.report.facts import Facts
from assetplan.report.payload import make_payload
from assetplan.report.sections import board_map, headline, value_for_money


@pytest.fixture(scope="module")
def plain() -> Programme:
    return make_programme(40, 6)


def test_the_packet_has_the_pounds_of_each(plain: Programme) -> None:
    payload = make_payload(plain)
    assert payload is not None
    assert payload.critical
    header, columns = unpack(payload.packet)
    assert header["critical"]["from"] == [0, 100, 1_000, 10_000, 100_000]
    assert len(header["critical"]["palette"]) == len(band_names(SCALE)) == len(COLOURS)
    cost = plain.assets["criticality"].to_numpy()
    # The packet has its own order, so compare all values at once.
    assert sorted(columns["closing"]) == sorted(np.floor(np.nan_to_num(cost, nan=-1)))
    assert set(band_codes(SCALE, cost)) == {-1, 0, 1, 2, 3, 4}


def test_a_programme_without_criticality_has_no_such_view(plain: Programme) -> None:
    for assets in (plain.assets.drop(columns="criticality"), plain.assets.assign(criticality=np.nan)):
        old = replace(plain, assets=assets)
        payload = make_payload(old)
        assert payload is not None
        assert not payload.critical
        assert "closing" not in unpack(payload.packet)[1]
        assert most_critical(old) == ""


def most_critical(programme: Programme) -> str:
    """The part of the map's section on the roads that cost most to close."""
    return board_map.SECTION.render(Facts(programme)).partition("<h3>Roads that cost most to close</h3>")[2]


def rows_of(html: str) -> list[list[str]]:
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr.*?</tr>", html)[1:]]


def test_the_table_shows_the_worst_section_of_the_dearest_links(plain: Programme) -> None:
    assets = plain.assets
    roads = assets[assets["asset_class"] == "carriageway"]
    links = roads.groupby("link_id")["criticality"].max().sort_values(ascending=False)
    rows = rows_of(most_critical(plain))
    assert len(rows) == 10
    assert [int(row[3].replace(",", "")) for row in rows] == links.head(10).round().astype(int).tolist()
    for row in rows:
        section = roads.set_index("asset_id").loc[row[1]]
        link = roads[roads["link_id"] == section["link_id"]]
        assert section["plan_2018"] == link["plan_2018"].min()
        assert row[6] == (section["treatments"] or "None")


def test_text_of_the_register_is_escaped_in_the_table(plain: Programme) -> None:
    assets = plain.assets.assign(road=HOSTILE, treatments=HOSTILE)
    html = most_critical(replace(plain, assets=assets))
    assert html
    assert HOSTILE not in html
    assert "<b>" not in html


def test_the_view_is_drawn_described_and_keyed(report, open_page) -> None:
    page = open_page(report)
    before = page.evaluate(INK)
    page.locator("input[value=works]").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("input[value=critical]").is_checked()
    ink = page.evaluate(INK)
    assert ink != before
    for colour in COLOURS[1:]:
        shade = ",".join(str(int(colour[k : k + 2], 16)) for k in (1, 3, 5))
        assert ink.get(shade, 0) > 20, colour
    assert page.locator("#legend-critical").is_visible()
    assert not page.locator("#legend-condition, #legend-works").first.is_visible()
    for name in band_names(SCALE):
        assert name[1:] in page.locator("#legend-critical").inner_text()
    status = page.locator("#map-status").inner_text()
    assert re.fullmatch(r"Closing \d+ of \d+ km of road would cost the traffic on it £10,000 a day or more\.", status)
    assert page.locator("#map-year").is_disabled()
    page.check("input[value=plan]")
    assert page.locator("#map-year").is_enabled()
    assert page.evaluate(INK) == before


def test_details_give_cost_and_hierarchy_as_text(report, programme, open_page) -> None:
    page = open_page(report)
    bands = page.evaluate("[...assetplan.controls.layer.critical]")
    costs = page.evaluate("[...assetplan.controls.columns.closing]")
    codes = band_codes(SCALE, [np.nan if cost < 0 else cost for cost in costs])
    assert bands == np.where(codes < 0, 5, codes).tolist()
    page.evaluate("assetplan.controls.choose(0)")
    details = page.locator("#details").inner_text()
    cost = page.evaluate("assetplan.controls.columns.closing[0]")
    assert f"£{cost:,} a day to the traffic on it" in details
    assert "main distributor " + HOSTILE in details
    assert page.locator("#details b").count() == 0
    building = page.evaluate("assetplan.controls.columns.closing.indexOf(-1)")
    page.evaluate("(i) => assetplan.controls.choose(i)", building)
    assert "to the traffic" not in page.locator("#details").inner_text()


@pytest.mark.parametrize("width", [320, 640, 1280])
@pytest.mark.slow
def test_the_view_fits(report, open_page, width) -> None:
    page = open_page(report, width=width)
    page.check("input[value=critical]")
    page.evaluate("assetplan.controls.choose(0)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.emulate_media(media="print")
    table = page.locator("#most-critical")
    assert table.is_visible()
    if width == 640:  # about the width of A4 at 96 dots an inch
        assert table.evaluate("(t) => t.scrollWidth <= t.parentElement.clientWidth + 1")


def test_a_plan_that_seeks_condition_is_reported_in_index_years(plain: Programme) -> None:
    baselines = [{"name": "Worst first", "benefit": 1e6, "reached": 2e6, "cost": 1e6, "breaks": []}]
    keys = {"of": "condition", "sought": asdict(OBJECTIVES["condition"].sought), "baselines": baselines}
    keys |= {"reached": 25_358_871.0, "bound": 25_382_666.0, "gap": 9.4e-4}
    programme = with_summary(plain, **keys)
    html = value_for_money.SECTION.render(Facts(programme))
    assert "gains 25,358,871 index-years" in html
    assert "can gain more than 25,382,666" in html
    assert "which it does not seek" in html
    assert "Benefit of one more pound" not in html
    assert "Index-years gained by one more pound on each limit" in html
    table = html[html.index("Way of choosing") :]
    row = next(row for row in rows_of(table) if row[0] == "Worst first")
    assert row[1:] == ["1.0", "2.0", "2.00", "−23.4"]
    assert "of the most condition possible" in headline.SECTION.render(Facts(programme))
