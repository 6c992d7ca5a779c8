"""Weight limits in the report: shown where there are any, escaped, and only settlements named on the maps."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
from summaries import with_summary
from synthetic import HOSTILE, YEARS, make_programme

from assetplan.cli.plan_text import _weight_limits
from assetplan.register.no_map import NO_DETOURS
from assetplan.report.facts import Facts
from assetplan.report.payload import make_payload, settlements
from assetplan.report.sections.condition_bands import SECTION
from assetplan.report.sections.weight_limits import MOST

FALLING = {
    "asset_id": "B1", "name": HOSTILE, "year": 2021, "limit_t": 18.0, "today_t": None, "detour_km": None,
    "cost": 385_440.0, "plan": "", "plan_t": 0.0,
}  # fmt: skip


def forecast(**changes: object) -> dict:
    years = [
        {"year": year, "case": case, "restricted": 4, "by_limit": [], "detour_cost": 2.5e6, "cut_off": 1}
        for case in ("do-nothing", "plan")
        for year in (YEARS[0] - 1, *YEARS)
    ]
    cut = [{"place": HOSTILE, "kind": "school", "do-nothing": [2021, 2022, 2023], "plan": [2021]}]
    return {"years": years, "falling": [FALLING], "cut_off": cut, "unplaced": [], **changes}


def page(restrictions: dict) -> str:
    """What the section on condition shows of them, "" where it has no part on them."""
    programme = make_programme(20, 4)
    return SECTION.render(Facts(with_summary(programme, restrictions=restrictions))).partition(
        "<h3>Weight limits on bridges</h3>"
    )[2]


def test_limits_are_shown_and_escaped() -> None:
    text = page(forecast())
    assert HOSTILE not in text
    assert text.count("&lt;/script&gt;") == 2
    for words in ("£2.5m", "385,440", "no way round", "closed", "18 t", "2021/22 to 2023/24", "Nothing"):
        assert words in text, words


def test_a_long_list_names_its_length() -> None:
    cut = [{"place": f"School {k}", "kind": "school", "do-nothing": [2021], "plan": []} for k in range(MOST + 3)]
    text = page(forecast(falling=[FALLING] * (MOST + 5), cut_off=cut))
    assert f"the {MOST} dearest of {MOST + 5}" in text
    assert "And 3 more" in text
    assert text.count("<li>School") == MOST
    assert "No bridge" in page(forecast(falling=[], cut_off=[]))


def test_without_a_network_detours_are_not_worked_out() -> None:
    programme = with_summary(make_programme(20, 4), restrictions=forecast())
    flat = programme.assets.set_geometry(gpd.GeoSeries([None] * len(programme.assets), crs=27700))
    bare = replace(programme, assets=flat)
    text = SECTION.render(Facts(bare)).partition("<h3>Weight limits on bridges</h3>")[2]
    for section in (text, "\n".join(_weight_limits(bare))):
        assert " ".join(NO_DETOURS.split()[1:]) in " ".join(section.split())
        assert "£2.5m" not in section
    assert "Places cut off for" not in text
    assert text.count("not worked out") == 3
    assert "£2.5m" in "\n".join(_weight_limits(programme))


def test_nothing_is_shown_where_no_bridge_has_a_limit() -> None:
    bare = [{**row, "restricted": 0} for row in forecast()["years"]]
    assert page(forecast(years=bare)) == page(forecast(years=[])) == ""


def test_maps_name_settlements_alone() -> None:
    programme = make_programme(20, 4)
    towns = programme.places.assign(kind=["settlement", *[""] * (len(programme.places) - 1)])
    school = towns.iloc[:1].assign(name="Ashcombe School", kind="school", population=float("nan"))
    both = gpd.GeoDataFrame(pd.concat([towns, school], ignore_index=True), geometry="geometry", crs=towns.crs)
    with_school = replace(programme, places=both)
    assert settlements(with_school.places)["name"].tolist() == towns["name"].tolist()
    a, b = make_payload(programme), make_payload(with_school)
    assert a is not None
    assert b is not None
    assert a.packet == b.packet
