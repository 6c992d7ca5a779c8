"""The section on bids and sales: what is in, what it costs by year, receipts by stage, and what it keeps to itself."""

from __future__ import annotations

import re
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from markupsafe import Markup
from packets import unpack
from shapely import Point
from synthetic import make_programme

from assetplan.programme import Programme
from assetplan.report.facts import Facts
from assetplan.report.payload import make_payload
from assetplan.report.sections import bids_and_sales

BID = {
    "bid": "", "kind": "bid", "variant": "recommended", "criteria": "", "start": 2020.0, "mandatory": "no",
    "district": "Vale", "division": "North", "funded": 0.0, "cost": 0.0, "later": 0.0, "receipt": 0.0,
    "receipts_stage": "", "benefit": 0.0, "chosen": True, "reason": "", "source": "",
}  # fmt: skip
SALE = BID | {"kind": "sale", "receipts_stage": "marketed"}
ROWS = (
    BID | {"bid": "<b>Library</b>", "cost": 3e5, "later": 5e4, "benefit": 654_321.4, "reason": "Best.", "source": "x"},
    BID | {"bid": "<b>Library</b>", "start": None, "chosen": False},
    BID | {"bid": "Corridor", "start": None, "reason": "In no year would it save more than it costs."},
    SALE | {"bid": "sale of P1", "receipt": 123_456.0, "mandatory": "yes", "reason": "Returns £123,456."},
    SALE | {"bid": "sale of P2", "receipt": 100_000.0, "receipts_stage": "exchanged"},
    SALE | {"bid": "sale of P3", "receipt": 200_000.0, "receipts_stage": "exchanged"},
    SALE | {"bid": "sale of P4", "receipt": 50_000.0, "receipts_stage": "banked"},
    SALE | {"bid": "sale of P5", "start": None, "receipts_stage": "identified"},
)  # fmt: skip


def section(*rows: dict) -> str:
    """The section as HTML, of a programme with some bids; the library's works cost 200,000 and 100,000."""
    made = make_programme(n_roads=2, per_road=2)
    works = [{"year": year, "cost": cost} for year, cost in ((2020, 2e5), (2021, 1e5))]
    own = pd.DataFrame(works).assign(asset_id="<b>Library</b>", kind="bid", asset_class="bid", name="Library")
    every = pd.concat([made.works, own], ignore_index=True)
    return bids_and_sales.SECTION.render(Facts(replace(made, works=every, bids=pd.DataFrame(rows))))


@pytest.fixture(scope="module")
def page() -> str:
    return section(*ROWS)


def cells(page: str, table: str) -> list[list[str]]:
    body = re.search(rf'<table id="finance-{table}">.*?<tbody>(.*?)</tbody>', page, re.DOTALL)[1]
    rows = re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    return [[str(Markup(cell).unescape()) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


def test_each_bid_is_there_once_with_its_cost_and_why_it_is_left_out(page: str) -> None:
    library, corridor = cells(page, "bids-chosen")
    assert library[:5] == ["<b>Library</b>", "recommended", "Vale", "North", "2020/21"]
    assert library[5:] == ["0", "300,000", "50,000", "654,321", "Best.", "x"]
    assert corridor[4:-1] == ["left out", "0", "0", "0", "0", "In no year would it save more than it costs."]
    assert "1 of 2 bids are in the programme, for £300,000 in the plan years." in page
    assert "<b>Library" not in page


def test_cost_by_year_adds_up(page: str) -> None:
    library, total = cells(page, "bids-by-year")
    assert library[1:] == total[1:] == ["0", "200,000", "100,000", "0", "0", "300,000"]


def test_what_one_sale_brings_cannot_be_read(page: str) -> None:
    """One sale is marketed, so its stage shows no amount, and no total gives it away."""
    assert cells(page, "receipts-by-stage") == [
        ["identified", "0", "0"], ["marketed", "1", "–"], ["exchanged", "2", "300,000"], ["banked", "1", "50,000"],
        ["total", "4", "–"], ["banked and exchanged", "3", "350,000"],
    ]  # fmt: skip
    assert "123,456" not in page
    assert [row[-2:] for row in cells(page, "sales")] == [
        ["2020/21", "The council means to dispose of it."],
        *[["2020/21", "It is worth more sold than kept."]] * 3,
        ["kept", "It is worth more kept, or no money of its line pays what selling costs."],
    ]


def test_with_two_sales_at_every_stage_the_total_is_their_sum() -> None:
    shown = cells(section(*ROWS, ROWS[3] | {"bid": "sale of P6", "receipt": 1_000.0}), "receipts-by-stage")
    assert shown[1] == ["marketed", "2", "124,456"]
    assert shown[4] == ["total", "5", "474,456"]


def test_a_programme_without_bids_has_no_such_section() -> None:
    made: Programme = make_programme(n_roads=2, per_road=2)
    assert not bids_and_sales.SECTION.render(Facts(made))


def test_bids_and_premises_sold_that_have_a_place_are_marks_of_the_map_without_what_is_exempt() -> None:
    made = make_programme(n_roads=2, per_road=2)
    own = made.works.iloc[[0, 0, 0]].assign(
        asset_id=["Library", "Library", "sale of P1"], name=["Library", "Library", "Old house"], asset_class="bid",
        kind=["bid", "bid", "sale"], label=["Bid", "Bid", "Sale"], year=[2019, 2020, 2020], cost=[2e5, 1e5, 54_321.0],
        reason=["Best.", "Best.", "Returns £654,321."], geometry=[Point(450_000, 210_000)] * 3,
    )  # fmt: skip
    works = gpd.GeoDataFrame(pd.concat([made.works, own], ignore_index=True), crs=made.works.crs)
    before, payload = make_payload(made), make_payload(replace(made, works=works))
    assert before is not None
    assert payload is not None
    assert payload.unplaced == before.unplaced
    assert [name for name in payload.classes if name not in before.classes] == ["bid", "sale"]
    header, columns = unpack(payload.packet)
    assert header["count"] == len(made.assets) - before.unplaced + 2
    assert {"Library", "Old house"} <= set(header["labels"])
    mine = columns["asset_class"][columns["work_asset"]] >= header["classes"].index("bid")
    assert sorted(columns["work_cost"][mine].tolist()) == [-1, 100_000, 200_000]
    assert "654" not in header["work_reasons"][1]
    assert any("exempt" in form for form in header["work_reasons"][0])


def test_what_a_sale_costs_is_not_among_the_largest_works() -> None:
    made = make_programme(n_roads=2, per_road=2)
    sale = made.works.iloc[:1].assign(kind="sale", cost=98_765.0, asset_id="sale of P1")
    sold = replace(made, works=pd.concat([made.works, sale], ignore_index=True))
    pd.testing.assert_frame_equal(Facts(sold).schemes, Facts(made).schemes)
