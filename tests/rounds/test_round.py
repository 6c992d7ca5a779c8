"""A round's folder as one table of its runs: read back by name, compared, and money beside what it brings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import assetplan
from assetplan.errors import RegisterError
from assetplan.programme import Programme
from assetplan.rounds import Round, list_runs, read_round
from assetplan.rounds.folder import RUNS, made
from assetplan.rounds.index import put
from assetplan.rounds.records import record_run


@pytest.fixture(scope="module")
def programmes(two_programmes: tuple[Programme, Programme]) -> dict[str, Programme]:
    """A small plan, the same with more money for roads, and with other prices as if it were planned so."""
    plain, rich = two_programmes
    assert plain.settings is not None
    dear = {**plain.settings["plan"], "inflation": {"construction": {"above": 0.02, "of": ["works"]}}}
    return {"rich": rich, "as it is": plain, "dear": replace(plain, settings={**plain.settings, "plan": dear})}


@pytest.fixture(scope="module")
def opened(programmes: dict[str, Programme], tmp_path_factory: pytest.TempPathFactory) -> Round:
    place = made(tmp_path_factory.mktemp("round"))
    for number, (name, programme) in enumerate([*programmes.items(), ("rich", programmes["as it is"])]):
        run = f"aaaa000{number}"
        programme.write(place / RUNS / run)
        record_run(place, run, name, "engineer")
        put(place, run)
    return read_round(place)


def test_its_summary_has_a_row_a_run_with_what_the_run_came_to(opened: Round, programmes: dict[str, Programme]) -> None:
    listed = list_runs(opened.folder)
    pd.testing.assert_frame_equal(opened.summary[list(listed)], listed)
    assert opened.summary["scenario"].tolist() == ["rich", "as it is", "dear", "rich"]
    for row, programme in zip(opened.summary.iloc, programmes.values(), strict=False):
        assets, works = programme.assets, programme.works
        assert row["money"] == sum(each["envelope"] for each in programme.summary.spend)
        preventative = works["cost"][works["kind"] == "preventative"].sum() / works["cost"].sum()
        assert row["preventative"] == pytest.approx(preventative, abs=1e-6)  # of costs in whole pence
        roads = assets[assets["asset_class"] == "carriageway"]
        poor = roads["length_m"][roads["plan_2021"] < 40].sum() / roads["length_m"].sum()
        assert row["poor_carriageway"] == pytest.approx(poor, abs=1e-5)  # of quantities kept to 0.1 m
        assert row["risk"] == next(each["plan"] for each in programme.summary.streams if each["stream"] == "risk")


def test_a_name_is_its_programme_and_the_latest_run_of_a_scenario(
    opened: Round, programmes: dict[str, Programme]
) -> None:
    assert list(opened) == ["rich", "as it is", "dear"]
    assert len(opened) == 3
    assert opened["rich"].benefit == programmes["as it is"].benefit
    assert opened["aaaa0000"].benefit == programmes["rich"].benefit
    with pytest.raises(RegisterError, match="no run, and no scenario"):
        opened["poor"]


def test_it_compares_two_of_its_runs_and_maps_what_differs(
    opened: Round, programmes: dict[str, Programme], tmp_path: Path
) -> None:
    compared = opened.compare("as it is", "aaaa0000")
    expected = assetplan.compare(programmes["as it is"], programmes["rich"])
    pd.testing.assert_frame_equal(compared.assets, expected.assets)
    assert len(compared.assets) > 3
    page = opened.map("as it is", "aaaa0000", tmp_path / "map.html").read_text(encoding="utf-8")
    assert "<h1>as it is beside aaaa0000</h1>" in page


def test_its_frontier_is_of_runs_that_differ_in_money_alone(opened: Round) -> None:
    frontier = opened.frontier
    assert set(frontier["run"]) == {"aaaa0000", "aaaa0001", "aaaa0003"}, "prices of the other rise otherwise"
    assert set(frontier["alike"]) == {1}
    assert frontier["money"].is_monotonic_increasing
    assert frontier["benefit"].is_monotonic_increasing
    assert frontier["run"].iloc[-1] == "aaaa0000"


def test_a_round_without_a_run_and_runs_of_another_form_have_their_rows(opened: Round, tmp_path: Path) -> None:
    empty = read_round(made(tmp_path / "empty"))
    assert (len(empty), len(empty.summary), len(empty.frontier)) == (0, 0, 0)
    other = made(tmp_path / "other")
    (other / RUNS / "bbbb0000").mkdir(parents=True)
    (other / RUNS / "bbbb0000" / "summary.json").write_text('{"form": 1, "benefit": 5}', encoding="utf-8")
    (other / RUNS / "bbbb0000" / "manifest.json").write_text("{}", encoding="utf-8")
    row = read_round(other).summary.iloc[0]
    assert (row["run"], row["benefit"]) == ("bbbb0000", 5)
    assert np.isnan(row["money"])
    (other / RUNS / "bbbb0000" / "summary.json").write_text("{", encoding="utf-8")
    with pytest.raises(RegisterError, match="not a JSON file"):
        read_round(other)


def test_it_shows_itself_as_a_table(opened: Round) -> None:
    assert "4 draft" in repr(opened)
    assert "as it is" in opened._repr_html_()
