"""Candidate schemes: by hand, against a walk along the link, and what holds of all of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from surveys_made import stretches

from assetplan import condition
from assetplan.asset_classes import group_of
from assetplan.deterioration import load_groups
from assetplan.example.county import make_county
from assetplan.network import SchemeRules, codes_of, form_schemes, network_rules, packaged_rules

RULES = packaged_rules()


def one_link(start, end, works, barrier=None, rules=RULES):
    return form_schemes(["u"] * len(start), start, end, works, [0] * len(start) if barrier is None else barrier, rules)


def test_reds_by_hand() -> None:
    formed = one_link([0, 90, 400], [60, 170, 440], [True] * 3)
    assert (formed.from_m.tolist(), formed.to_m.tolist(), formed.length.tolist()) == ([0], [170], [170])
    assert formed.member.tolist() == [0, 0, -1]
    # The same where the register lists the sound road between.
    formed = one_link([0, 60, 90, 170, 400], [60, 90, 170, 400, 440], [True, False, True, False, True])
    assert (formed.from_m.tolist(), formed.to_m.tolist()) == ([0], [170])
    assert formed.member.tolist() == [0, 0, 0, -1, -1]
    assert formed.bridged.tolist() == [False, True, False, False, False]


def test_the_packaged_rules() -> None:
    assert (RULES.gap, RULES.minimum, RULES.maximum) == (50, 100, 1500)
    assert 0 < network_rules()["least_coverage"] < 1


@pytest.mark.parametrize("gap", [(-1, 100, 200), (50, 0, 200), (50, 300, 200), (50, float("nan"), 200)])
def test_rules_that_nothing_could_keep(gap) -> None:
    with pytest.raises(ValueError, match="schemes need a gap of 0 m or more"):
        SchemeRules(*gap)


def test_gap_and_minimum_at_their_ends() -> None:
    assert one_link([0, 100], [50, 150], [1, 1]).length.tolist() == [150]  # a gap of 50 m is bridged
    assert one_link([0, 101], [50, 151], [1, 1]).length.tolist() == []
    assert one_link([0], [100], [1]).length.tolist() == [100]


def test_never_across_class_surface_junction_link_or_other_works() -> None:
    assert one_link([0, 100], [100, 200], [1, 1], barrier=["A", "B"]).length.tolist() == [100, 100]
    assert one_link([0, 100], [100, 200], [1, 2]).length.tolist() == [100, 100]
    two = form_schemes(["a", "b", "", "a"], [0, 100, 0, 100], [100, 200, 500, 200], [1] * 4, [0] * 4, RULES)
    assert (two.member.tolist(), two.length.tolist()) == ([0, 1, -1, 0], [200, 100])
    # Road of another class, or one that wants other works, ends a run even where it is short.
    assert one_link([0, 60, 90], [60, 90, 170], [1, -1, 1], barrier=["A", "B", "A"]).length.tolist() == []
    assert one_link([0, 60, 90], [60, 90, 170], [1, 2, 1]).length.tolist() == []


def test_long_runs_are_cut_evenly() -> None:
    start = np.arange(0, 4000, 100.0)
    formed = one_link(start, start + 100, [1] * 40)
    assert formed.length.tolist() == [1300, 1300, 1400]
    assert formed.from_m.tolist() == [0, 1300, 2600]
    # A cut falls between sections; sound road at the cut is in neither part.
    formed = one_link([0, 90, 120], [90, 120, 210], [1, -1, 1], rules=SchemeRules(50, 50, 100))
    assert (formed.member.tolist(), formed.length.tolist()) == ([0, -1, 1], [90, 90])
    # The end nearest to half-way, 102, would make a part too long.
    formed = one_link([0, 85, 102], [85, 102, 190], [1, 1, 1], rules=SchemeRules(50, 50, 100))
    assert (formed.member.tolist(), formed.length.tolist()) == ([0, -1, 1], [85, 88])
    # One section over the longest stays single, as does a part too short.
    formed = one_link([0, 50], [50, 1650], [1, 1])
    assert (formed.member.tolist(), formed.length.tolist()) == ([-1, -1], [])


def slowly(link, from_m, to_m, works, barrier, gap):
    """Runs before any is cut or dropped, by a walk along each link: lists of rows that want the works."""
    runs, current = [], []
    for i in sorted(range(len(link)), key=lambda i: (link[i], from_m[i])):
        if current and (link[i], barrier[i]) != (link[current[-1]], barrier[current[-1]]):
            runs.append(current)
            current = []
        if works[i] < 0:
            continue
        if current and (works[i] != works[current[-1]] or from_m[i] - to_m[current[-1]] > gap):
            runs.append(current)
            current = []
        current.append(i)
    return [run for run in [*runs, current] if run]


@given(st.data())
def test_what_holds_of_all_schemes(data) -> None:
    road = data.draw(stretches(most=40))
    n = len(road["link"])
    works = np.array(data.draw(st.lists(st.sampled_from([0, 0, 0, 1, -1]), min_size=n, max_size=n)))
    barrier = np.array(data.draw(st.lists(st.sampled_from([0] * 12 + [1]), min_size=n, max_size=n)))
    rules = SchemeRules(data.draw(st.sampled_from([0, 20, 50])), data.draw(st.sampled_from([10, 100])), 300)
    formed = form_schemes(**road, works=works, barrier=barrier, rules=rules)
    link, start, end = road.values()
    assert ((formed.length >= rules.minimum) & (formed.length <= rules.maximum)).all()
    for scheme in range(len(formed.first)):
        rows = np.flatnonzero(formed.member == scheme)
        wanted = rows[~formed.bridged[rows]]
        assert len(set(link[rows])) == len(set(barrier[rows])) == len(set(works[wanted])) == 1
        assert (works[wanted] >= 0).all()
        assert (works[rows[formed.bridged[rows]]] < 0).all()
        assert (start[wanted].min(), end[wanted].max()) == (formed.from_m[scheme], formed.to_m[scheme])
        order = np.sort(start[wanted])
        assert (order[1:] - np.sort(end[wanted])[:-1] <= rules.gap).all()
        # Every section within the ends is in the scheme.
        inside = (link == link[rows[0]]) & (start >= formed.from_m[scheme]) & (end <= formed.to_m[scheme])
        assert set(np.flatnonzero(inside)) == set(rows)
    for run in slowly(*road.values(), works, barrier, rules.gap):
        length = end[run[-1]] - start[run[0]]
        mine = formed.member[run]
        if length <= rules.maximum:
            # A run that need not be cut is one scheme, or too short for one.
            assert len(set(mine)) == 1
            assert (mine[0] >= 0) == (length >= rules.minimum)
        else:
            # Sections are 90 m at most and gaps 50: parts of at least half the longest can be off that by one section.
            assert (mine >= 0).all() or rules.minimum > 10
            assert len(set(mine)) <= np.ceil(length / rules.maximum) + 1


def test_worn_roads_of_the_example_county() -> None:
    assets = make_county("small", 1).assets.query("asset_class == 'carriageway'")
    groups = load_groups()
    index, _ = condition.to_index(assets["measure"], assets["value"])
    name = group_of(assets).to_numpy(dtype=object)
    life = np.empty(len(assets))
    for group in set(name):
        life[name == group] = groups[group].residual_life(index[name == group])
    worn = condition.band_codes("residual_life", life) == condition.band_names("residual_life").index("under 5")
    start, length = assets["chainage_m"].to_numpy(), assets["length_m"].to_numpy()
    formed = form_schemes(assets["link_id"], start, start + length, worn, codes_of(assets["road_class"]), RULES)
    sections = np.bincount(formed.member[formed.member >= 0])
    # The figures of docs/network.md, section Schemes.
    assert (worn.sum(), round(length[worn].sum() / 1000, 1)) == (458, 46.5)
    assert (len(formed.length), round(formed.length.sum() / 1000, 1)) == (174, 43.2)
    assert ((sections > 1).sum(), round(formed.length[sections > 1].sum() / 1000, 1)) == (99, 34.0)
    assert (round(np.median(formed.length)), round(formed.length.max())) == (165, 1494)
    assert (worn & (formed.member < 0)).sum() == 39
