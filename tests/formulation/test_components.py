"""Components of buildings in a plan: targets by grade, and what others keep up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from component_cases import block, planned
from constraint_cases import Case, outcome_at

from assetplan import schema
from assetplan.deterioration.markov import read_chain
from assetplan.errors import ConfigError, RegisterError
from assetplan.outcome.notes import notes
from assetplan.outcome.reasons import reasons
from assetplan.outcome.tables import programme_tables
from assetplan.reference import load_table
from assetplan.strategies import chance_in_band, simulate, starting_condition


def test_a_target_counts_the_chance_of_a_grade_or_a_worse_one() -> None:
    stated = planned(block("CDAB"))
    options, assets, model = stated.candidates, stated.inputs.register.assets, stated.inputs.model
    every = np.arange(len(options.asset))
    counted = chance_in_band(assets, model, options, every, 2, "C")
    falls = load_table("groups").set_index("group")["falls"]
    idle = np.flatnonzero((options.schedule < 0).all(axis=1))
    by_hand = []
    for row in idle:
        asset = assets.iloc[options.asset[row]]
        start = np.eye(5)[int(asset["value"]) - 1]
        chances = start @ np.linalg.matrix_power(read_chain(str(falls[asset["group"]])), 3)
        by_hand.append(chances[2:].sum())
    assert counted[idle] == pytest.approx(by_hand, abs=1e-6)
    # Of one treated strategy an asset, the same as its trajectory has.
    last = options.starts[1:] - 1
    future = simulate(assets, starting_condition(assets, model), options.schedule[last], model)
    assert counted[last] == pytest.approx(future.bands[:, 3, 2:4].sum(axis=1), abs=1e-6)


def test_a_plan_reaches_a_target_by_grade_as_its_condition_table_counts_it() -> None:
    register = block("DDCCBD")
    free = planned(register)
    weight = register.assets["replacement_value"].to_numpy()

    def share(stated: Case) -> float:
        bands = outcome_at(stated, stated.solve()).plan.bands[:, 3, 2:].sum(axis=1)
        return float(weight @ bands / weight.sum())

    most = 0.8 * share(free)
    held = planned(register, targets=[{"asset_class": "building", "band": "C", "year": 2021, "at_most": most}])
    assert share(free) > most >= share(held) - 1e-6
    assert held.solve().benefit < free.solve().benefit


def test_a_band_that_components_are_not_shown_in_is_refused_with_their_own() -> None:
    target = {"asset_class": "building", "band": "poor", "year": 2021, "at_most": 0.5}
    with pytest.raises(ConfigError, match=r"targets\[1\].band.*A, B, C, D, the bands of building"):
        planned(block("AD"), targets=[target])


@pytest.mark.parametrize("keeper", ["tenant", "PFI", "academy"])
def test_what_others_keep_up_takes_no_works_and_no_money(keeper: str) -> None:
    whose = [keeper, "", "council", keeper]
    stated = planned(block("DDDC", responsibility=whose))
    outcome = outcome_at(stated, stated.solve())
    theirs = np.array([True, False, False, True])
    assert (outcome.schedule[theirs] < 0).all()
    assert (outcome.schedule[~theirs] >= 0).any()
    assert not stated.candidates.benefit[theirs[stated.candidates.asset]].any()
    for future in (outcome.plan, outcome.nothing):
        assert not future.backlog[theirs].any()
        assert not sum(amounts[theirs].sum() for amounts in future.streams.values())
        assert future.bands[theirs].sum(axis=2) == pytest.approx(1.0)  # what is there is counted all the same
    why = reasons(outcome)
    assert why[theirs].tolist() == [f"Kept up by its {_word(keeper)}, so the council does no works on it."] * 2
    table = programme_tables(outcome)[1]
    assert table["responsibility"].tolist() == [keeper, "council", "council", keeper]
    assert any("2 of 4 assets; kept up by others" in note.message for note in map(_Row, notes(outcome, [])))


def _word(keeper: str) -> str:
    return {"PFI": "PFI contractor"}.get(keeper, keeper)


class _Row:
    def __init__(self, row: dict) -> None:
        self.message = " ".join(map(str, row.values()))


def test_the_councils_components_are_planned_as_if_theirs_were_not_there() -> None:
    register = block("DCDC", responsibility=["tenant", "council", "academy", "council"])
    alone = replace(register, assets=register.assets.iloc[[1, 3]].reset_index(drop=True))
    both, own = planned(register), planned(alone)
    assert both.solve().benefit == pytest.approx(own.solve().benefit, rel=1e-9)
    target = [{"asset_class": "building", "band": "D", "year": 2021, "at_most": 0.4}]
    caps = [planned(each, targets=target).problem.caps[-1] for each in (register, alone)]
    assert caps[0] == pytest.approx(caps[1])


def test_components_take_the_responsibility_of_their_premises_where_they_state_none() -> None:
    blocks = schema.empty("blocks").reindex([0]).assign(block_id="block", premises_id="p")
    premises = schema.empty("premises").reindex([0]).assign(premises_id="p", responsibility="PFI")
    register = replace(block("DD", responsibility=["", "council"]), blocks=blocks, premises=premises)
    assets = planned(register).inputs.register.assets
    assert assets["responsibility"].tolist() == ["PFI", "council"]


def test_works_committed_on_what_others_keep_up_are_refused() -> None:
    due = {"committed_treatment": "component_renewal", "committed_year": 2019.0}
    with pytest.raises(RegisterError, match="kept up by its tenant") as refused:
        planned(block("D", responsibility="tenant", **due))
    assert refused.value.faults[0].column == "committed_treatment"
    assert pd.notna(planned(block("D", **due)).inputs.register.assets["committed_year"]).all()
