"""What `explain` states is so: the change that it names does turn the choice when the plan is solved again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from places import county_register
from scipy import sparse
from summaries import with_summary

import assetplan
from assetplan.answers.market import Market, Options
from assetplan.config import make_plan
from assetplan.connectivity.criticality import weighed
from assetplan.connectivity.layout import lay_out
from assetplan.errors import RegisterError
from assetplan.formulation import build_problem
from assetplan.inputs.load import load_inputs
from assetplan.limits import LimitKey
from assetplan.optimisation import solve
from assetplan.outcome.reasons import TOO_SMALL
from assetplan.programme import Programme
from assetplan.strategies import candidates, starting_condition

NOTHING = "do-nothing"
# Every re-solve has to show a difference of a twentieth in a margin of a few hundred pounds.
GAP = 2e-5


class Solved:
    """A small plan, its programme, and the means to solve it again with one thing changed."""

    def __init__(self, small_county: Path, years: int, gap: float = GAP, of: str = "benefit") -> None:
        register = county_register()
        assets = register.assets[register.assets["asset_class"] == "footway"].reset_index(drop=True)
        # Footways alike in condition, size or importance gain alike for each pound, so that any of them would do as
        # well; the smaller the works, the less of the money is left because nothing fits it.
        rng = np.random.default_rng(4)
        drawn = {
            "value": rng.uniform(2.2, 2.7, len(assets)),
            "quantity": rng.uniform(20.0, 300.0, len(assets)).round(1),
            "importance": rng.uniform(0.5, 5.0, len(assets)),
        }
        part = replace(register, assets=assets.assign(**drawn, committed_treatment="", committed_year=np.nan))
        data = {
            "name": "Footways",
            "register": "register.gpkg",
            "first_year": 2019,
            "years": years,
            "envelope": {"lines": {"footways": [0.5] * years}},
            "sites": {"costs": "none"},
            "solver": {"target_gap": gap, "time_limit": 20.0},
            "objective": {"of": of},
        }
        plan = make_plan(data, small_county / "plan.toml")
        self.programme = assetplan.plan(plan, part)
        inputs = load_inputs(plan, part)
        self.inputs = weighed(inputs, lay_out(inputs.register.assets))
        self.starting = starting_condition(self.inputs.register.assets, self.inputs.model)
        self.options = candidates(self.inputs.register.assets, self.starting, self.inputs.model)
        self.problem = build_problem(self.inputs, self.options).problem
        self.open = self.programme.bound - self.programme.summary.reached
        self.pays = of == "benefit"
        # How many times what the proof leaves open a margin must be; gains for each pound differ less than benefits do.
        self.clear = 30 if self.pays else 10

    def treats(self, asset: int, problem=None, options=None) -> bool:
        """Whether the best choice of a problem treats an asset."""
        problem, options = problem or self.problem, options or self.options
        chosen = solve(problem, GAP, 20.0).chosen[asset]
        return bool((options.schedule[chosen] >= 0).any())

    def at_cost(self, asset: int, share: float) -> bool:
        """Whether an asset whose works cost a share of what they do is treated."""
        rows = slice(self.problem.starts[asset], self.problem.starts[asset + 1])
        present = self.options.cost @ self.inputs.model.rules.works_discount
        benefit = self.problem.benefit.copy()
        if self.pays:
            benefit[rows] += (1 - share) * present[rows]
        scale = np.ones(len(benefit))
        scale[rows] = share
        usage = sparse.csr_array(sparse.diags_array(scale) @ self.problem.usage)
        return self.treats(asset, replace(self.problem, benefit=benefit, usage=usage))

    def with_money(self, asset: int, line: str, by_year: dict[int, float], more: float) -> bool:
        """Whether an asset is treated once its line has the money given, and all its years a share more or less."""
        caps = self.problem.caps.copy()
        for year, by in by_year.items():
            place = self.problem.resources.index(LimitKey("line", line=line, year=year))
            caps[place] = max(caps[place] + by, 0.0)
        return self.treats(
            asset, replace(self.problem, caps=caps * (1 + more * abs(sum(by_year.values())) / caps.sum()))
        )

    def at_index(self, asset: int, index: float) -> bool:
        """Whether an asset of another condition today is treated."""
        surveyed, gap = self.starting.surveyed.copy(), self.starting.gap.copy()
        surveyed[asset], gap[asset] = index, 0.0
        starting = replace(self.starting, surveyed=surveyed, gap=gap)
        options = candidates(self.inputs.register.assets, starting, self.inputs.model)
        return self.treats(asset, build_problem(self.inputs, options).problem, options)


@pytest.fixture(scope="module", params=["benefit", "condition"])
def solved(request: pytest.FixtureRequest, small_county: Path) -> Solved:
    """One year, for a problem of one limit is solved to the pound in a moment."""
    return Solved(small_county, 1, of=request.param)


def explained(solved: Solved, treated: bool, count: int):
    """Some assets whose choice is clear of what the proof leaves open, with their explanations."""
    assets = solved.programme.assets
    rows = np.flatnonzero((assets["strategy"] != NOTHING) == treated)
    chosen = []
    # The larger the works, the clearer a small change of their price.
    for row in sorted(rows, key=lambda row: -assets["quantity"].iloc[row]):
        explanation = assetplan.explain(solved.programme, assets["asset_id"].iloc[row])
        if (
            len(explanation.levers) == 3
            and abs(explanation.margin) > solved.clear * explanation.open
            and explanation.levers[1].value is not None
        ):
            chosen.append((int(row), explanation))
        if len(chosen) == count:
            return chosen
    pytest.fail("too few assets to ask about")


@pytest.mark.slow
@pytest.mark.parametrize("treated", [False, True])
def test_cost_at_which_the_choice_turns(solved: Solved, treated: bool) -> None:
    for row, explanation in explained(solved, treated, 2):
        lever = explanation.levers[0]
        assert lever.value is not None
        assert lever.share is not None
        # A hundredth of the cost, or what is certain to show: the margin goes by a straight line to zero.
        by = max(0.01, 2 * explanation.open * abs((1 - lever.share) / explanation.margin))
        assert by < 0.1
        assert solved.at_cost(row, lever.share - by)
        assert not solved.at_cost(row, lever.share + by)


@pytest.mark.parametrize("treated", [False, True])
@pytest.mark.slow
def test_money_at_which_the_choice_turns(solved: Solved, treated: bool) -> None:
    for row, explanation in explained(solved, treated, 2):
        lever = explanation.levers[1]
        assert lever.value is not None
        assert (lever.value < 0) == treated
        assert sum(lever.by_year.values()) == pytest.approx(lever.value)
        # A twentieth of the change to either side of it.
        assert solved.with_money(row, lever.line, lever.by_year, 0.05)
        assert not solved.with_money(row, lever.line, lever.by_year, -0.05)


@pytest.mark.slow
def test_money_of_several_years_buys_what_its_prices_promise(small_county: Path) -> None:
    """What all assets would use at scaled prices is the best use of limits of that size (Everett 1963)."""
    solved = Solved(small_county, 2, 1e-4)
    market = Market.of(solved.programme)
    row, explanation = explained(solved, False, 1)[0]
    lever = explanation.levers[1]
    options = Options.of(market, row)
    place = options.names.tolist().index(lever.strategy)
    prices = market.with_line("footways", lever.share)
    demand = market.demand(prices, row, place)
    np.testing.assert_allclose(demand - [500_000.0] * 2, list(lever.by_year.values()), atol=0.01)
    best = solve(replace(solved.problem, caps=demand * (1 + 1e-9)), 1e-4, 20.0)
    at_prices = np.maximum.reduceat(market.net_at(prices), market.strategies.starts[:-1]).sum() + demand @ prices
    # The bound that the prices prove is what the demand itself reaches.
    assert best.benefit <= at_prices * (1 + 1e-9)
    assert best.bound >= at_prices * (1 - 1e-6)


@pytest.mark.parametrize("treated", [False, True])
@pytest.mark.slow
def test_condition_at_which_the_choice_turns(solved: Solved, treated: bool) -> None:
    for row, explanation in explained(solved, treated, 2):
        lever = explanation.levers[2]
        today = solved.starting.index[row]
        if lever.value is None:
            # Of little importance, it is left at any condition; a benefit grows without end.
            assert not solved.pays
            assert not any(solved.at_index(row, today * share) for share in (0.9, 0.6, 0.3))
            continue
        assert (lever.value > today) == treated
        toward = 1 if treated else -1
        assert solved.at_index(row, lever.value + 0.5 * toward) != treated
        assert solved.at_index(row, lever.value - 0.5 * toward) == treated


def test_alternatives_are_all_strategies_at_the_plans_prices(solved: Solved) -> None:
    programme = solved.programme
    prices = np.array([row["price"] for row in programme.summary.limits])
    row, explanation = explained(solved, False, 1)[0]
    rows = slice(solved.problem.starts[row], solved.problem.starts[row + 1])
    net = (solved.problem.benefit - solved.problem.usage @ prices)[rows]
    table = explanation.alternatives
    assert len(table) == len(net)
    # Figures are kept to the penny.
    np.testing.assert_allclose(table["net"], np.sort(net)[::-1], atol=0.02)
    assert table.loc[table["chosen"], "strategy"].tolist() == [explanation.chosen] == [NOTHING]
    assert explanation.margin == pytest.approx(net[1:].max(), abs=0.02)


def test_it_reads_as_sentences_then_a_table(solved: Solved) -> None:
    _, explanation = explained(solved, False, 1)[0]
    text = explanation.text()
    sentences, _, table = text.partition("The choices, best first")
    for word in (
        "The plan does: nothing in 2019/20",
        "Why: ",
        "What would have brought it in",
        "- Cost: if ",
    ):
        assert word in sentences
    assert "ahead of the next best choice" in sentences
    assert "do nothing (chosen)" in table
    assert max(map(len, text.splitlines())) <= 100
    for jargon in ("shadow", "Lagrang", "dual", "nan", "inf "):
        assert jargon not in text


def test_a_choice_is_close_only_within_what_the_proof_leaves_open(solved: Solved) -> None:
    for explanation in (explanation for _, explanation in explained(solved, True, 2)):
        assert not explanation.close
        assert "Too close to call" not in explanation.text()
    _, clear = explained(solved, True, 1)[0]
    less = with_summary(solved.programme, reached=solved.programme.summary.reached - 2 * clear.margin)
    explanation = assetplan.explain(less, clear.asset_id)
    assert explanation.close
    assert "Too close to call" in explanation.text()


@pytest.fixture(scope="module")
def folder(small_programme: Programme, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_programme.write(tmp_path_factory.mktemp("explain") / "out")


def test_a_folder_explains_itself(folder: Path, small_programme: Programme) -> None:
    back = assetplan.read_programme(folder)
    for asset in small_programme.assets["asset_id"].iloc[[2, 1203, 4100, 6000, 8000]]:
        assert assetplan.explain(back, asset).text() == assetplan.explain(small_programme, asset).text()


def test_what_no_change_would_turn_is_explained_plainly(small_programme: Programme) -> None:
    assets = small_programme.assets
    bare = assets[assets["strategy"] == NOTHING]
    going = bare[bare["reason"].str.startswith("Marked for disposal")].iloc[0]
    explanation = assetplan.explain(small_programme, going["asset_id"])
    assert explanation.levers == ()
    assert "to be disposed of" in explanation.text()
    promised = assets[(assets["committed_treatment"] != "") & assets["committed_year"].isin(small_programme.years)]
    explanation = assetplan.explain(small_programme, promised["asset_id"].iloc[0])
    assert explanation.levers == ()
    assert "It is committed" in explanation.text()
    sound = bare[bare["reason"].str.contains("calls for no treatment")].iloc[0]
    explanation = assetplan.explain(small_programme, sound["asset_id"])
    assert [lever.of for lever in explanation.levers] == ["condition"]


def test_sections_that_share_a_site_lie_in_one_candidate_scheme(small_programme: Programme) -> None:
    assets = small_programme.assets
    sections = assets[assets["asset_class"].isin(["carriageway", "footway"])]
    assert (assets.drop(sections.index)["candidate_scheme"] == "").all()
    sharing = sections[sections["shared_site"] != ""]
    assert len(sharing) > 0
    assert (sharing["candidate_scheme"] != "").all()
    assert (sharing.groupby("shared_site")["candidate_scheme"].nunique() == 1).all()
    part = sections["reason"].str.contains("as part of a scheme")
    assert part.any()
    assert (sections.loc[part, "candidate_scheme"] != "").all()


def test_a_section_of_a_candidate_scheme_is_no_question_of_its_own(small_programme: Programme) -> None:
    assets = small_programme.assets
    candidate = (assets["candidate_scheme"] != "").to_numpy()
    assert Market.of(small_programme).held[candidate].all()
    left = assets[candidate & (assets["strategy"] == NOTHING)].iloc[0]
    count = (assets["candidate_scheme"] == left["candidate_scheme"]).sum()
    explanation = assetplan.explain(small_programme, left["asset_id"])
    assert explanation.levers == ()
    assert not explanation.close
    assert f"It would be treated with its scheme of {count} sections" in " ".join(explanation.notes)
    own = assets[candidate & (assets["strategy"] != NOTHING)].iloc[0]
    alone = replace(small_programme, assets=assets.assign(shared_site=""))
    explanation = assetplan.explain(alone, own["asset_id"])
    assert explanation.levers == ()
    assert "It has a site of its own, but could be treated with its scheme" in " ".join(explanation.notes)


def test_a_section_too_small_for_a_site_takes_a_scheme(small_programme: Programme) -> None:
    assets = small_programme.assets
    small = assets[assets["reason"].str.startswith(TOO_SMALL)].iloc[0]
    assert small["candidate_scheme"] == ""
    explanation = assetplan.explain(small_programme, small["asset_id"])
    # A worse condition would not make it larger.
    assert explanation.levers == ()
    assert "It takes a scheme to treat it" in explanation.text()


def test_works_that_never_pay_are_not_held_back_by_money(small_programme: Programme) -> None:
    bare = small_programme.assets[small_programme.assets["reason"].str.startswith("None of ")]
    explanation = assetplan.explain(small_programme, bare["asset_id"].iloc[0])
    cost, line = explanation.levers[:2]
    assert line.value is None
    assert "not worth what they cost" in explanation.text()
    assert cost.share is None or cost.share < 1


def test_unknown_asset_names_near_ones(small_programme: Programme) -> None:
    known = small_programme.assets["asset_id"].iloc[10]
    with pytest.raises(RegisterError, match="did you mean"):
        assetplan.explain(small_programme, known + "x")
    with pytest.raises(RegisterError, match="is no asset of this plan"):
        assetplan.explain(small_programme, "?")


def test_a_folder_without_strategies_is_a_plain_fault(folder: Path) -> None:
    old = replace(assetplan.read_programme(folder), candidates=None)
    with pytest.raises(RegisterError, match=r"strategies\.parquet.*plan it again"):
        assetplan.explain(old, old.assets["asset_id"].iloc[0])


def test_strategies_come_back_as_they_were(folder: Path, small_programme: Programme) -> None:
    kept, back = small_programme.strategies, assetplan.read_programme(folder).strategies
    assert kept is not None
    assert back is not None
    names = [s.names[s.name] for s in (kept, back)]
    assert names[0].tolist() == names[1].tolist()
    for column in ("starts", "chosen", "cost", "present_cost", "benefit", "site_saving", "objective"):
        np.testing.assert_array_equal(getattr(kept, column), getattr(back, column))
    assert abs(kept.usage - back.usage).max() == 0
    table = pd.read_parquet(folder / "strategies.parquet")
    assert table["chosen"].sum() == len(small_programme.assets)
    # What the chosen works save on shared sites is in their rows, and says so; what was not chosen has its own sites,
    # or that of its candidate scheme where its works are too small for one.
    assert table.loc[table["chosen"], "site_saving"].sum() == pytest.approx(
        small_programme.summary.sites["saved"],
        abs=0.005 * small_programme.summary.sites["sharing"],  # pennies
    )
    sections = small_programme.assets["asset_class"].isin(["carriageway", "footway"])
    shared = table.loc[~table["chosen"] & (table["site_saving"] != 0), "asset_id"]
    assert set(shared) <= set(small_programme.assets.loc[sections, "asset_id"])
    chosen = table[table["chosen"]].set_index("asset_id")["strategy"].astype(str)
    assert chosen.tolist() == small_programme.assets["strategy"].tolist()
    assert table["benefit"][table["chosen"]].sum() == pytest.approx(small_programme.benefit, abs=0.005 * len(chosen))
