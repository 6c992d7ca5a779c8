"""Hard knapsacks, limits of every sort and little time: what the optimiser claims must be true of all."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from knapsacks import KINDS, NAMES, Council, council, knapsack
from optimisation_problems import INF, brute_force, check, problem
from scipy import sparse

from assetplan.baselines import Baselines
from assetplan.errors import InfeasibleError
from assetplan.optimisation import Problem, optimise, solve

DECOMPOSED, AS_ONE = 0, 10**9
EXACT = 1e-9  # as good as no gap: two sums in another order differ by less


def best_of_all(p):
    """As `brute_force`, all combinations at once."""
    used, gained, usage = np.zeros((1, len(p.resources))), np.zeros(1), p.usage.toarray()
    for first, end in pairwise(p.starts):
        used = (used[:, None] + usage[first:end]).reshape(-1, len(p.resources))
        gained = (gained[:, None] + p.benefit[first:end]).ravel()
    slack = 1e-9 * np.maximum(1.0, np.abs(usage).sum(axis=0))  # order of summation
    within = np.all((used <= p.caps + slack) & (used >= p.floors - slack), axis=1)
    return float(gained[within].max(initial=-INF))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("items", "dims"), [(4, 3), (5, 8)])
def test_small_knapsacks_by_every_combination(kind, items, dims):
    p = knapsack(5, items, dims, kind, seed=1)
    best = best_of_all(p)
    assert best == brute_force(p)
    assert best > -INF
    for whole in (DECOMPOSED, AS_ONE):
        solution = solve(p, target_gap=EXACT, whole=whole)
        check(p, solution, target_gap=EXACT)
        assert solution.benefit == pytest.approx(best, rel=1e-9)
        assert solution.status == "optimal"


@pytest.mark.parametrize("kind", KINDS)
def test_decomposed_equals_one_model(kind):
    p = knapsack(12, 6, 4, kind, seed=2)
    one, parts = (solve(p, target_gap=EXACT, time_limit=20.0, whole=whole) for whole in (AS_ONE, DECOMPOSED))
    assert one.status == parts.status == "optimal"
    assert parts.benefit == pytest.approx(one.benefit, rel=1e-9)
    # the two bounds come by different ways; neither may cut off what the other reached
    assert min(one.bound, parts.bound) >= max(one.benefit, parts.benefit) * (1 - 1e-9)


@pytest.mark.parametrize(
    ("kind", "groups", "dims"),
    [
        ("khan", 100, 5),
        ("khan", 400, 10),
        ("irregular", 400, 5),
        ("mixed", 400, 10),
    ],
)
def test_dense_knapsacks_within_two_in_a_thousand(kind, groups, dims):
    p = knapsack(groups, 10, dims, kind)
    solution = solve(p, target_gap=2e-3, time_limit=20.0)
    check(p, solution, target_gap=2e-3)
    assert solution.status == "optimal"


def equal(random, shape):
    return np.full(shape, float(random.integers(0, 9)))


BENEFITS = {
    "any sign": lambda random, n: random.integers(-20, 40, n).astype(float),
    "pence": lambda random, n: np.round(random.lognormal(3, 2, n), 2),
    "all equal": equal,
    "zero": lambda random, n: np.zeros(n),
    "millions": lambda random, n: random.integers(0, 50, n) * 1e9,
    "crumbs": lambda random, n: random.integers(0, 50, n) * 1e-6,
}
USES = {
    "whole": lambda random, shape: random.integers(0, 12, shape).astype(float),
    "sparse": lambda random, shape: random.integers(1, 12, shape) * (random.random(shape) < 0.4),
    "pence": lambda random, shape: np.round(random.lognormal(4, 1.5, shape), 2),
    "some earn": lambda random, shape: random.integers(-6, 12, shape).astype(float),
    "all equal": equal,
    "zero": lambda random, shape: np.zeros(shape),
}
CAPS = ("none", "zero", "just one choice", "tight", "wide")
FLOORS = ("none", "none", "zero", "just one choice", "too high")


@st.composite
def anything(draw):
    """Small problems of every sort: one option left (a lock), nothing to spend, nothing to gain, limits that clash."""
    counts = draw(st.lists(st.integers(1, 4), min_size=1, max_size=6))
    n_resources = draw(st.integers(1, 4))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = sum(counts)
    benefit = BENEFITS[draw(st.sampled_from(sorted(BENEFITS)))](random, n)
    usage = USES[draw(st.sampled_from(sorted(USES)))](random, (n, n_resources))
    starts = np.concatenate([[0], np.cumsum(counts)])
    witness = usage[starts[:-1] + random.integers(0, counts)].sum(axis=0)
    most = np.maximum.reduceat(usage, starts[:-1]).sum(axis=0)
    high = {"none": INF, "zero": 0.0, "tight": np.floor(0.4 * most), "wide": 2 * most + 1, "just one choice": witness}
    low = {"none": -INF, "zero": 0.0, "just one choice": witness, "too high": most + 1}
    given = [draw(st.tuples(st.sampled_from(CAPS), st.sampled_from(FLOORS))) for _ in range(n_resources)]
    caps = np.array([np.broadcast_to(high[c], n_resources)[r] for r, (c, _) in enumerate(given)])
    floors = np.array([np.broadcast_to(low[f], n_resources)[r] for r, (_, f) in enumerate(given)])
    return problem(benefit, usage, counts, np.maximum(caps, floors), floors)


@settings(max_examples=80)
@given(
    p=anything(),
    seconds=st.sampled_from([0.2, 0.5, 1.0]),
    target_gap=st.sampled_from([0.0, 1e-4, 1e-2]),
    whole=st.sampled_from([DECOMPOSED, 1_000]),
)
@pytest.mark.slow
def test_every_solution_is_what_it_claims(p, seconds, target_gap, whole):
    best = best_of_all(p)
    if best == -INF:
        with pytest.raises(InfeasibleError) as refused:
            solve(p, target_gap, seconds, whole)
        check_conflict(p, refused.value.limits)
        return
    solution = solve(p, target_gap, seconds, whole)
    check(p, solution, target_gap)
    size = max(abs(best), np.abs(p.benefit).max())
    assert solution.benefit <= best + 1e-9 * size  # 1e-9: order of summation
    assert solution.bound >= best - 1e-6 * size  # 1e-6: tolerance of the linear programmes
    if solution.status == "optimal":
        assert solution.benefit >= best - target_gap * abs(solution.bound) - 1e-6 * size


def check_conflict(p, names):
    """The limits named cannot hold together, whatever the others."""
    named = np.isin(p.resources, names)
    assert named.any()
    floors, caps = np.where(named, p.floors, -INF), np.where(named, p.caps, INF)
    assert best_of_all(Problem(p.benefit, p.usage, p.starts, caps, floors, p.resources)) == -INF


def table(p):
    """The problem as a table of options."""
    asset, columns = p.owners(), [str(name) for name in p.resources]
    index = pd.MultiIndex.from_arrays([asset, np.arange(p.n_options) - p.starts[asset]])
    return pd.DataFrame(p.usage.toarray(), index, columns).assign(benefit=p.benefit)


@pytest.mark.parametrize(("of", "seconds"), [(Council(200, spread=1.3), 0.2), (Council(300, across=0.3, seed=1), 0.5)])
def test_never_worse_than_a_rule_of_thumb(of, seconds):
    p = council(of)
    options = table(p)
    options["cost"] = p.usage.sum(axis=1)
    caps = {str(name): cap for name, cap in zip(p.resources, p.caps, strict=True)}
    years = {str(name): name[2] for name in p.resources}
    condition = pd.Series(np.random.default_rng(0).uniform(0, 100, of.assets))
    selection = optimise(options, caps, time_limit=seconds, baselines=Baselines(condition, years, "cost"))
    assert set(selection.baselines.index) == {"worst first", "incremental benefit-cost", "year by year"}
    assert selection.baselines.notna().all()
    assert selection.benefit >= selection.baselines.max()
    assert selection.bound >= selection.benefit
    chosen = options.loc[list(zip(selection.chosen.index, selection.chosen, strict=True))]
    assert selection.benefit == pytest.approx(chosen["benefit"].sum(), rel=1e-12)
    assert all(chosen[name].sum() <= cap + 1e-6 for name, cap in caps.items())  # 1e-6 of a pound


@pytest.mark.parametrize("of", [Council(2_000, spread=1.3, across=0.3), Council(20_000)])
def test_little_time_for_a_network(of):
    p = council(of)
    check_network(p, solve(p, target_gap=1e-9, time_limit=0.5), 1e-9)


def test_floors_of_a_network():
    p = council(Council(5_000, lines=3, floors=0.8))
    solution = solve(p, target_gap=2e-3, time_limit=20.0)
    check_network(p, solution, 2e-3)
    assert solution.status == "optimal"
    output = np.array([name[0] == NAMES[1] for name in p.resources])
    assert np.all(solution.prices[output] <= 0)
    assert np.any(solution.prices[output] < 0)  # floors that cost nothing would test nothing


def check_network(p, solution, target_gap):
    """As `check`, without making the usage dense."""
    assert np.array_equal(p.owners()[solution.chosen], np.arange(p.n_assets))
    used = np.asarray(p.usage[solution.chosen].sum(axis=0)).ravel()
    assert np.all(used <= p.caps + 1e-9 * np.abs(used))
    assert np.all(used >= p.floors - 1e-9 * np.abs(used))
    assert solution.benefit == p.benefit[solution.chosen].sum()
    assert solution.bound >= solution.benefit
    assert (solution.status == "optimal") == (solution.gap <= target_gap)


@pytest.mark.parametrize("kind", KINDS)
def test_knapsacks_are_as_described(kind):
    p, again, other = knapsack(30, 8, 6, kind), knapsack(30, 8, 6, kind), knapsack(30, 8, 6, kind, seed=1)
    assert np.array_equal(p.benefit, again.benefit)
    assert not np.array_equal(p.benefit[:30], other.benefit[:30])
    counts = np.diff(p.starts)
    assert counts.max() <= 8
    assert (len(set(counts)) > 1) == (kind == "irregular")
    greedy = p.usage[p.choices.best(p.benefit)[1]].sum(axis=0)
    assert np.any(greedy > p.caps)  # the caps bite


def test_a_network_is_as_described():
    of = Council(70_000, options=4, across=0.5)  # more than one block
    p = council(of)
    assert p.usage.shape == (280_000, 35)
    used = np.diff(p.usage.indptr)
    assert np.all(used[:: of.options] == 0)  # doing nothing
    assert set(used) == {0, 1, 2}
    assert sparse.csr_array(p.usage).has_canonical_format
    asset = np.repeat(p.owners(), used)
    lines = np.zeros((of.assets, of.lines), dtype=bool)
    lines[asset, p.usage.indices // of.years] = True
    assert set(lines.sum(axis=1)) == {1, 2}  # own line, and the other that pays
    spread = np.log(p.usage.data[p.usage.indices // of.years == 0]).std()
    assert 1.0 < spread < 1.4  # 0.8 of the assets and about 0.86 of the treatments' extents
