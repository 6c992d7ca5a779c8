"""What a plan gives beside its choices: prices of limits, the best phasing, reasons, and what it keeps."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from places import county_register
from scipy import sparse
from summaries import notes_of

import assetplan
from assetplan.answers.phasing import merged
from assetplan.config import make_plan
from assetplan.inputs.settings import kept_plan
from assetplan.objectives import OBJECTIVES
from assetplan.optimisation.problem import Problem, Solution
from assetplan.outcome import notes
from assetplan.outcome.reasons import most_of
from assetplan.programme import Programme, Summary
from assetplan.programme.words import MARGIN, price_sentence, price_sentences, strategy_words


def planned(small_county: Path, lines: dict[str, list[float]], assets=None, **more: object) -> Programme:
    """A short plan of part of the small county."""
    register = county_register()
    part = register.assets[register.assets["asset_class"].isin(["bridge", "signal"])] if assets is None else assets
    data = {"name": "Part", "register": "register.gpkg", "first_year": 2019, "years": len(next(iter(lines.values())))}
    data |= {"envelope": {"lines": lines}, "solver": {"target_gap": 1e-2, "time_limit": 10.0}}
    data |= {"sites": {"costs": "none"}, **more}
    return assetplan.plan(
        make_plan(data, small_county / "plan.toml"), replace(register, assets=part.reset_index(drop=True))
    )


def limit(**changes: object) -> dict:
    row = {"key": {"kind": "line", "line": "bridges", "year": 2022}, "unit": "£"}
    return {**row, "cap": 4.05e6, "floor": None, "used": 4e6, "price": 1.7, **changes}


SUMMARY = Summary.model_construct(
    years=(2021, 2022), sought=OBJECTIVES["benefit"].sought, spend=({"line": "bridges", "label": "Bridges"},)
)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (limit(), "Another £1m of bridges in 2022/23 is worth £1.7m."),
        (limit(cap=250e3), "Another £100,000 of bridges in 2022/23 is worth £170,000."),
        (
            limit(
                key={"kind": "limit", "name": "surface dressing capacity", "year": 2021}, unit="m2", cap=5e4, price=30.0
            ),
            "Another 10,000 m2 of surface dressing capacity in 2021/22 is worth £300,000.",
        ),
        (
            limit(
                key={"kind": "line floor", "line": "bridges", "year": 2022, "side": "at least"},
                cap=None, floor=3e6, price=-0.4,
            ),
            "Asking for £1m less of bridges 2022 at least is worth £400,000.",
        ),
        (
            limit(
                key={"kind": "preventative", "name": "preventative share", "side": "at least"},
                cap=None, floor=0.0, price=-0.25,
            ),
            "Easing “preventative share at least” by £100,000 is worth £25,000.",
        ),
    ],
)  # fmt: skip
def test_a_price_reads_as_a_sentence(row: dict, sentence: str) -> None:
    assert price_sentence(row, SUMMARY) == sentence


def test_strategies_in_words() -> None:
    assert strategy_words("do-nothing") == "do nothing"
    assert strategy_words("a_b@2019+c@2022") == "a b in 2019/20, then c in 2022/23"


def test_every_limit_is_in_the_summary_and_sums_to_what_is_used(small_programme: Programme) -> None:
    summary, kept = small_programme.summary, small_programme.strategies
    assert kept is not None
    assert [row["limit"] for row in summary.limits] == [row["limit"] for row in summary.prices]
    used = np.asarray(kept.usage[kept.chosen].sum(axis=0)).ravel()
    np.testing.assert_allclose(used, [row["used"] for row in summary.limits], atol=1e-4)
    for row, spend in zip(summary.limits, summary.spend, strict=True):
        assert row["cap"] == pytest.approx(spend["limit"])
        assert row["words"] == f"envelope.lines.{spend['line']} {spend['year']}"
        assert row["price"] >= 0
    sentences = price_sentences(summary)
    assert len(sentences) == len({row["line"] for row in summary.spend})
    assert MARGIN.startswith("These hold for small changes")


@pytest.mark.slow
def test_a_price_is_what_a_little_more_brings(small_county: Path) -> None:
    """The bound that the prices prove rises by the price for every pound: no plan with more money passes it."""
    base = planned(small_county, {"bridges": [0.15], "signals": [0.05]})
    more = planned(small_county, {"bridges": [0.1575], "signals": [0.05]})
    row = next(row for row in base.summary.limits if row["limit"] == "bridges 2019")
    assert row["price"] > 0
    assert base.benefit < more.benefit <= base.summary.prices_bound + 7_500 * row["price"] + 1


def test_unknown_prices_are_not_called_zero() -> None:
    nothing = np.zeros(2)
    early = Solution(nothing, 1.0, 3.0, 2 / 3, "feasible", nothing, nothing, 1.0, np.zeros(0))
    assert not notes.prices_known(1e-4, early)
    assert notes.prices_known(1e-4, replace(early, gap=0.0, status="optimal"))
    assert notes.prices_known(1e-4, replace(early, prices=np.array([0.0, 0.4])))
    assert not notes.prices_known(1e-4, replace(early, bound=np.inf))


def small_problem(seed: int) -> Problem:
    rng = np.random.default_rng(seed)
    starts = np.arange(0, 25, 4)
    cost = np.zeros((24, 4))
    for option in range(24):
        if option % 4:
            cost[option, rng.integers(4)] = rng.integers(5, 30)
    benefit = np.where(cost.sum(axis=1) > 0, rng.uniform(5, 60, 24), 0.0)
    names = ("a 2019", "a 2020", "b 2019", "b 2020")
    caps = np.array([20.0, 25.0, 15.0, 30.0])
    return Problem(benefit, sparse.csr_array(cost), starts, caps, np.full(4, -np.inf), names)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("code", [[0, 0, 1, 1], [0, 0, 0, 0]])
def test_a_wider_problem_has_the_money_together(seed: int, code: list[int]) -> None:
    from assetplan.optimisation.solving import solve

    problem = small_problem(seed)
    wider = merged(problem, np.array(code))
    rows = problem.starts[:-1] + np.array(list(product(range(4), repeat=6)))
    together = np.eye(max(code) + 1)[code]
    used = problem.usage.toarray()[rows].sum(axis=1) @ together
    fits = (used <= problem.caps @ together).all(axis=1)
    best = problem.benefit[rows].sum(axis=1)[fits].max()
    assert solve(wider, 0.0).benefit == pytest.approx(best, abs=1e-9)
    assert best >= solve(problem, 0.0).benefit - 1e-9


def test_freer_money_gains_more(small_programme: Programme) -> None:
    phasing = small_programme.summary.phasing
    assert phasing["note"] == ""
    years, both = phasing["cases"]
    assert 0 <= years["least"] <= years["most"]
    # Any spending of the first is one of the second.
    assert both["most"] >= years["least"] > 0
    limits = {(row["line"], row["year"]): row["limit"] for row in small_programme.summary.spend}
    for case, keys in (("years free", True), ("years and lines free", False)):
        rows = [row for row in phasing["amounts"] if row["case"] == case]
        assert {(row["line"], row["year"]) for row in rows} == limits.keys()
        assert sum(row["amount"] for row in rows) <= sum(limits.values()) + 0.1
        for line in {row["line"] for row in rows} if keys else ():
            spent = sum(row["amount"] for row in rows if row["line"] == line)
            assert spent <= sum(amount for (name, _), amount in limits.items() if name == line) + 0.1


def test_phasing_is_left_out_where_it_means_nothing(small_county: Path) -> None:
    sources = [{"name": "grant", "amounts": [1.0], "line": "bridges"}, {"name": "council", "amounts": [1.0]}]
    phasing = planned(small_county, {"bridges": [0.3], "signals": [0.05]}, sources=sources).summary.phasing
    assert phasing["cases"] == []
    assert "sources" in phasing["note"]


def test_a_plan_of_least_cost_names_its_objective(small_county: Path) -> None:
    target = {"asset_class": "signal", "year": 2019, "below": 80.0, "at_most": 0.1}
    programme = planned(
        small_county, {"bridges": [0.3], "signals": [0.9]}, objective={"of": "least cost"}, targets=[target]
    )
    assert programme.summary.phasing["cases"] == []
    assert set(programme.assets.loc[programme.assets["strategy"] == "do-nothing", "reason"].str.slice(0, 27)) >= {
        "What the plan must reach is"
    }
    treated = programme.assets[
        (programme.assets["strategy"] != "do-nothing") & (programme.assets["asset_class"] == "signal")
    ]
    assert treated["reason"].str.startswith("Part of the cheapest way").any()
    assert programme.summary.reached <= 0
    explanation = assetplan.explain(programme, treated["asset_id"].iloc[0])
    assert "least cost of what it must reach" in explanation.text()
    assert [sentence for sentence in price_sentences(programme.summary) if sentence.startswith("Easing")]


@pytest.mark.slow
def test_reasons_where_money_is_not_what_is_lacking(small_county: Path) -> None:
    none = planned(small_county, {"bridges": [0.0], "signals": [0.05]})
    bridges = none.assets[(none.assets["asset_class"] == "bridge") & (none.assets["committed_treatment"] == "")]
    assert bridges["reason"].str.contains("has no money in the years it could be treated").any()
    assert not bridges["reason"].str.contains("does more elsewhere").any()
    little = planned(small_county, {"bridges": [0.004], "signals": [0.05]})
    reasons = little.assets.loc[little.assets["asset_class"] == "bridge", "reason"]
    assert reasons.str.contains("it costs more than its budget has in any year").any()
    bare = planned(small_county, {"bridges": [0.3]})
    reasons = bare.assets.loc[bare.assets["asset_class"] == "signal", "reason"]
    assert (reasons == "The plan's budget has no line for any treatment of this kind of asset.").all()


def test_a_site_shared_for_nothing_is_not_called_a_saving(small_programme: Programme) -> None:
    reasons = small_programme.assets["reason"]
    shared = reasons[reasons.str.startswith("Shares a site with")]
    assert shared.str.contains("which saves it £[1-9]").any()
    assert not shared.str.contains("saves it £0").any()


def test_a_disposal_is_the_reason_for_doing_nothing(small_programme: Programme) -> None:
    going = small_programme.assets[small_programme.assets["retention"] == "dispose"]
    alone = going[going["strategy"] == "do-nothing"]
    assert len(alone)
    assert not alone["reason"].str.contains("calls for no treatment that may be used").any()


def test_a_rule_that_asks_for_works_is_the_reason(small_county: Path) -> None:
    free = planned(small_county, {"bridges": [0.3], "signals": [0.05]})
    could = free.strategies
    assert could is not None
    untreated = free.assets[(free.assets["strategy"] == "do-nothing") & (np.diff(could.starts) > 1)]
    asset = untreated["asset_id"].iloc[0]
    more = {"rules": {"require": [{"asset": [asset]}]}}
    programme = planned(small_county, {"bridges": [1.0], "signals": [0.05]}, **more)
    row = programme.assets[programme.assets["asset_id"] == asset].iloc[0]
    assert row["reason"].startswith("The plan's rules")
    explanation = assetplan.explain(programme, asset)
    assert explanation.levers == ()
    assert "rules ask for works here" in explanation.text()


def test_commitments_outside_the_plan_are_noted(small_county: Path) -> None:
    register = county_register()
    part = register.assets[register.assets["asset_class"] == "signal"].reset_index(drop=True)
    part = part.assign(committed_treatment="", committed_year=np.nan)
    part.loc[0, ["committed_treatment", "committed_year"]] = ["signal_refurbishment", 2031.0]
    programme = planned(small_county, {"signals": [0.05]}, part)
    notes = notes_of(programme.summary, "commitments outside the plan")
    assert len(notes) == 1
    assert part["asset_id"].iloc[0] in notes[0]


def test_what_flows_bring_counts_as_money() -> None:
    from assetplan.optimisation.problem import Flows

    problem = small_problem(0)
    usage = sparse.csr_array(np.array([[1.0, -1.0, 0.0, 0.0]]))
    flows = Flows(("carried",), np.zeros(1), usage, np.zeros(1), np.array([4.0]))
    np.testing.assert_allclose(most_of(replace(problem, flows=flows)), problem.caps + np.array([0, 4, 0, 0]))


def test_the_plan_is_kept_with_its_own_tables_and_without_places(small_county: Path, tmp_path: Path) -> None:
    from assetplan.reference import load_table

    own = tmp_path / "ours" / "groups.csv"
    own.parent.mkdir()
    load_table("groups").to_csv(own, index=False)
    programme = planned(small_county, {"bridges": [0.3], "signals": [0.05]}, tables={"groups": str(own)})
    out = programme.write(tmp_path / "out")
    text = (out / "plan.json").read_text(encoding="utf-8")
    assert str(tmp_path) not in text
    back = assetplan.read_programme(out).settings
    assert back == json.loads(text)
    assert back is not None
    assert back["tables"]["groups"]["text"] == own.read_text(encoding="utf-8")
    assert back["plan"]["solver"]["target_gap"] == 1e-2
    with kept_plan(back) as plan:
        assert plan.path(plan.tables.groups).read_text(encoding="utf-8") == own.read_text(encoding="utf-8")
        assert plan.years == 1
