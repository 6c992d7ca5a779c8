"""A whole plan of the small example county: it adds up, it keeps its limits, and a county engineer would believe it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from places import part_of
from summaries import notes_of

import assetplan
from assetplan.baselines import worst_first
from assetplan.config import make_plan
from assetplan.connectivity.layout import lay_out
from assetplan.connectivity.road_runs import road_runs
from assetplan.errors import ConfigError, InfeasibleError, RegisterError
from assetplan.finance import limits
from assetplan.formulation import build_problem
from assetplan.limits import LimitKey
from assetplan.optimisation.solving import solve
from assetplan.programme import Programme, read_programme

BANDS = ["very good", "good", "fair", "poor", "very poor"]


@pytest.fixture(scope="module")
def inputs(small_stages):
    return small_stages[0]


@pytest.fixture(scope="module")
def options(small_stages):
    return small_stages[1], small_stages[3]


@pytest.fixture(scope="module")
def some(inputs):
    """The register with what is committed and one other asset in twenty."""
    assets = inputs.register.assets
    return part_of(inputs.register, ((assets["committed_treatment"] != "") | (assets.index % 20 == 0)).to_numpy())


@pytest.fixture(scope="module")
def by_money(inputs, options):
    """Benefit of the best programme with none, a fifth, … of the envelope and a fifth more."""
    base = build_problem(inputs, options[1]).problem
    shares = [0.5, 0.7, 0.8, 1.0, 1.2]
    # What is compared differs by a tenth and more; with less money small lines have few works to fit, and 1 % stands.
    solutions = {s: solve(replace(base, caps=base.caps * s), 1.5e-2, 3.0) for s in shares}
    return {share: (solution.benefit, solution.bound) for share, solution in solutions.items()}


def test_it_adds_up_by_a_second_sum(small_programme: Programme) -> None:
    summary, works = small_programme.summary, small_programme.works
    for row in summary.spend:
        mine = works[(works["line"] == row["line"]) & (works["year"] == row["year"])]
        # Pennies.
        assert mine["cost"].sum() == pytest.approx(row["amount"], abs=0.02)
        assert row["amount"] <= row["limit"] + 0.02
    saved = sum(row["do_nothing"] - row["plan"] for row in summary.streams)
    # The benefit is the difference of the two futures, stream by stream: a second route to the same pounds.
    assert saved == pytest.approx(summary.benefit, rel=1e-6)
    assert summary.benefit <= summary.bound
    assert summary.status in ("optimal", "feasible")
    assert (summary.gap <= 1e-4) == (summary.status == "optimal") or summary.status == "optimal"


def test_more_money_never_lowers_the_optimum_and_buys_less_and_less(by_money: dict) -> None:
    shares = sorted(by_money)
    for less, more in pairwise(shares):
        # A choice within the smaller envelope is one within the larger: only the gap may hide that.
        assert by_money[more][1] >= by_money[less][0]
    last_fifth = by_money[1.2][0] - by_money[1.0][0]
    earlier_fifth = by_money[0.7][0] - by_money[0.5][0]
    assert last_fifth < 0.8 * earlier_fifth, "a fifth more money must buy visibly less than an earlier fifth"
    # Benefit is concave in money and zero without any, so the first fifth buys at least the average fifth.
    assert last_fifth < by_money[1.0][0] / 5


def test_preventative_work_on_sound_roads_pays(options, inputs) -> None:
    starting, tree = options
    assets = inputs.register.assets
    roads = (assets["asset_class"] == "carriageway").to_numpy()
    sound = roads & (starting.index >= 60) & (starting.index < 85)
    preventative = np.zeros(len(tree.asset), dtype=bool)
    for group, rows in inputs.model.catalogue.treatments.items():
        codes = [code for code, t in enumerate(rows) if t.kind == "preventative"]
        mine = (assets["group"] == group).to_numpy()[tree.asset]
        preventative |= mine & np.isin(tree.schedule, [-1, *codes]).all(axis=1)
    pays = preventative & (tree.benefit > 0) & sound[tree.asset]
    share = len(np.unique(tree.asset[pays])) / sound.sum()
    assert share > 0.5


def test_worst_first_does_not(options, inputs, small_programme: Programme) -> None:
    starting, tree = options
    rows = {row["name"]: row for row in small_programme.summary.baselines}
    assert rows["worst first"]["benefit"] < 0.75 * small_programme.benefit
    assert rows["incremental benefit-cost"]["benefit"] <= small_programme.bound
    assets = inputs.register.assets
    runs = road_runs(assets, lay_out(assets, inputs.register.other_roads), inputs.tables.classes)
    again = worst_first(build_problem(inputs, tree, runs).problem, np.argsort(starting.index, kind="stable"))
    assert again.benefit == pytest.approx(rows["worst first"]["benefit"], abs=0.01)


def test_rebuilding_the_worst_roads_first_returns_less_than_sealing_sound_ones(options, inputs) -> None:
    _, tree = options
    names = inputs.model.catalogue.treatments["carriageway_U"]
    unclassified = (inputs.register.assets["group"] == "carriageway_U").to_numpy()[tree.asset]
    once = (tree.schedule >= 0).sum(axis=1) == 1
    first_year = tree.schedule[:, 0]
    ratio = tree.benefit / np.where(tree.cost.sum(axis=1) > 0, tree.cost.sum(axis=1), np.nan)

    def mean(name: str) -> float:
        code = [t.name for t in names].index(name)
        return float(np.nanmean(ratio[unclassified & once & (first_year == code)]))

    assert mean("reconstruction") < 0 < mean("surface_dressing")


def test_the_plan_beats_do_nothing_in_every_band(small_programme: Programme) -> None:
    rows = pd.DataFrame(small_programme.summary.condition)
    last = rows[rows["year"] == small_programme.years[-1]]
    for asset_class, mine in last.groupby("asset_class"):
        names = list("ABCD") if asset_class == "building" else BANDS
        at_least = mine.pivot_table(index="band", columns="case", values="quantity", sort=False).loc[names].cumsum()
        more = (at_least["plan"] - at_least["do-nothing"])[:-1]
        # Stock in each band or better: never less with the plan, whichever band one asks about (rows are rounded).
        assert (more > -1e-3).all(), asset_class
        assert more.iloc[0] > 0, asset_class
        if asset_class == "carriageway":
            assert (more > 0).all()
    life = pd.DataFrame(small_programme.summary.residual_life)
    end = life[life["year"] == small_programme.years[-1]].pivot_table(index="band", columns="case", values="length_km")
    assert end.loc["under 5", "plan"] < end.loc["under 5", "do-nothing"]
    assert end.loc["over 15", "plan"] > end.loc["over 15", "do-nothing"]


def test_nothing_is_dropped(small_programme: Programme, inputs) -> None:
    ids = inputs.register.assets["asset_id"]
    assert small_programme.assets["asset_id"].tolist() == ids.tolist()
    quantity = pd.DataFrame(small_programme.summary.condition)
    totals = quantity.groupby(["asset_class", "year", "case"])["quantity"].sum().unstack(["year", "case"])
    # Stock does not change from year to year or case to case (rows are rounded to 0.0001).
    assert (totals.max(axis=1) - totals.min(axis=1)).max() < 0.01


def test_model_notes_are_there(small_programme: Programme) -> None:
    checks = {row["check"] for row in small_programme.summary.lint}
    assert "only do-nothing" in checks
    assert small_programme.summary.unverified


def test_commitments_are_kept_and_disposals_take_no_major_work(small_programme: Programme, inputs) -> None:
    assets, works = inputs.register.assets, small_programme.works
    promised = assets[assets["committed_treatment"] != ""]
    assert len(promised)
    done = set(zip(works["asset_id"], works["treatment"], works["year"], strict=True))
    for row in promised.itertuples():
        assert (row.asset_id, row.committed_treatment, int(row.committed_year)) in done
    going = set(assets.loc[assets["retention"] == "dispose", "asset_id"])
    assert going
    assert not (works["asset_id"].isin(going) & (works["kind"] == "major") & ~works["committed"]).any()


def test_same_input_same_answer_and_round_trip(planned, small_programme: Programme, tmp_path: Path) -> None:
    small_programme.write(tmp_path / "a")
    again = planned[1]  # by another process
    for file in ("programme.csv", "programme.gpkg", "programme.xlsx", "assets.parquet"):
        assert (tmp_path / "a" / file).read_bytes() == (again / file).read_bytes(), file
    back = read_programme(tmp_path / "a").check()
    assert back.summary == small_programme.summary
    first, second = dict(back.summary), dict(read_programme(again).summary)
    first.pop("seconds"), second.pop("seconds")
    assert first == second
    assert back.works["cost"].sum() == pytest.approx(small_programme.works["cost"].sum())
    pd.testing.assert_frame_equal(back.spend(), small_programme.spend())


def _plan(small_county: Path, **changes: object):
    import tomllib

    data = tomllib.loads((small_county / "plan.toml").read_text(encoding="utf-8"))
    return make_plan({**data, **changes}, small_county / "plan.toml")


@pytest.mark.slow
def test_a_plan_that_cannot_be_met_names_the_limits(small_county: Path, inputs, some) -> None:
    promised = inputs.register.assets.query("committed_treatment != ''")
    treatments = {t.name: t.line for rows in inputs.model.catalogue.treatments.values() for t in rows}
    line, year = treatments[promised["committed_treatment"].iloc[0]], int(promised["committed_year"].iloc[0])
    lines = {name: list(amounts) for name, amounts in inputs.plan.envelope.lines.items()}
    lines[line][year - inputs.plan.first_year] = 0.0
    with pytest.raises(InfeasibleError, match=f"{line} {year}") as caught:
        assetplan.plan(_plan(small_county, envelope={"lines": lines}), some)
    assert caught.value.limits == (LimitKey("line", line=line, year=year),)


def test_unknown_line(small_county: Path) -> None:
    with pytest.raises(ConfigError, match="no treatment is paid from this line"):
        assetplan.plan(_plan(small_county, envelope={"lines": {"lamp posts": [1.0] * 5}}))


def test_unknown_committed_treatment(small_county: Path, inputs) -> None:
    assets = inputs.register.assets.copy()
    assets.loc[3, ["committed_treatment", "committed_year"]] = ["gold_plating", 2020.0]
    with pytest.raises(RegisterError, match="gold_plating"):
        assetplan.plan(_plan(small_county), replace(inputs.register, assets=assets))


def test_unknown_group(small_county: Path, inputs) -> None:
    assets = inputs.register.assets.copy()
    assets.loc[[3, 5], "group"] = "tramway"
    with pytest.raises(RegisterError) as caught:
        assetplan.plan(_plan(small_county), replace(inputs.register, assets=assets))
    assert len(caught.value.faults) == 2


@pytest.mark.slow
def test_a_line_left_out_is_noted(small_county: Path, inputs, some) -> None:
    lines = {n: list(v) for n, v in inputs.plan.envelope.lines.items() if n == "bridges"}
    plan = _plan(small_county, envelope={"lines": lines}, forecast={"futures": 0})
    with pytest.raises(RegisterError, match="it funds none of that group"):
        assetplan.plan(plan, some)
    free = some.assets.assign(committed_treatment="", committed_year=np.nan)
    programme = assetplan.plan(plan, replace(some, assets=free))
    assert set(programme.works["line"]) <= {"bridges"}
    notes = notes_of(programme.summary, "unfunded treatments")
    assert notes
    assert "Surface dressing" in notes[0]


def test_a_programme_that_contradicts_itself_is_refused(small_programme: Programme) -> None:
    works = small_programme.works.copy()
    works.loc[0, "cost"] += 1e6
    with pytest.raises(ValueError, match="contradicts itself"):
        replace(small_programme, works=works).check()
    untreated = small_programme.assets["strategy"] == "do-nothing"
    assets = small_programme.assets.copy()
    assets.loc[untreated, f"plan_{small_programme.years[-1]}"] = 100.0
    with pytest.raises(ValueError, match="untreated asset improves"):
        replace(small_programme, assets=assets).check()


@pytest.mark.slow
def test_forecast_is_do_nothing(small_county: Path, small_programme: Programme) -> None:
    table = assetplan.predict(assetplan.read_plan(small_county / "plan.toml"))
    last = small_programme.years[-1]
    np.testing.assert_allclose(table[str(last)], small_programme.assets[f"do_nothing_{last}"], atol=0.011)


def test_envelope_names(inputs) -> None:
    envelope = limits(inputs.plan)
    assert len(envelope.keys) == envelope.amount.size
    assert str(envelope.keys[0]).endswith(str(inputs.plan.first_year))


def test_reactive_repair_comes_to_the_published_potholes(small_programme: Programme, inputs) -> None:
    """35,000 safety potholes a year at about £65, and about £0.2m of carriageway claims, in the whole county."""
    model = inputs.model
    roads = small_programme.assets[small_programme.assets["asset_class"] == "carriageway"]
    totals = {"reactive": 0.0, "claims": 0.0}
    for group, members in roads.groupby("group"):
        for row in model.consequences[str(group)]:
            if row.stream in totals:
                totals[row.stream] += float(row.at(members["do_nothing_2018"].to_numpy()) @ members["quantity"])
    share = roads["length_m"].sum() / 4656e3
    # The rates were set on the whole county; a tenth of it has its own mix of roads.
    assert totals["reactive"] / share == pytest.approx(35_000 * 65, rel=0.15)
    assert totals["claims"] / share == pytest.approx(0.2e6, rel=0.2)


def test_every_road_has_its_level(small_programme: Programme) -> None:
    assets = small_programme.assets.set_index("asset_id")
    road = assets["asset_class"] == "carriageway"
    assert (assets.loc[road, "hierarchy"] != "").all()
    assert assets.loc[road, "hierarchy"].nunique() >= 4
    carried = assets[(assets["asset_class"] == "bridge") & assets["parent_id"].isin(assets.index[road])]
    assert len(carried) > 50
    assert (carried["hierarchy"].to_numpy() == assets.loc[carried["parent_id"], "hierarchy"].to_numpy()).all()
    works = small_programme.works
    assert (works["hierarchy"].to_numpy() == assets.loc[works["asset_id"], "hierarchy"].to_numpy()).all()
    assert (assets.loc[assets["asset_class"] == "building", "hierarchy"] == "").all()
