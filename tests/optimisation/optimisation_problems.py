"""Small problems made for the tests, and a second method to judge answers by."""

from itertools import product

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog

from assetplan.optimisation import Flows, Problem
from assetplan.optimisation.bounds.lagrangian import bound_at

INF = np.inf


def textbook():
    """The check of the domain notes, section 9: budget 250 brings 270 at a cost of 250."""
    rows = [
        (1, "none", 0, 0), (1, "second", 40, 60), (1, "third", 120, 110),
        (2, "none", 0, 0), (2, "second", 30, 50), (2, "third", 150, 140),
        (3, "none", 0, 0), (3, "second", 60, 70), (3, "third", 200, 190),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["asset_id", "strategy_id", "cost", "benefit"])
    return frame.set_index(["asset_id", "strategy_id"])


def problem(benefit, usage, counts, caps=None, floors=None, **names):
    usage = np.asarray(usage, dtype=float)
    n = usage.shape[1]
    caps = np.full(n, INF) if caps is None else caps
    floors = np.full(n, -INF) if floors is None else floors
    starts = np.concatenate([[0], np.cumsum(counts)])
    resources = names.pop("resources", tuple(f"r{j}" for j in range(n)))
    return Problem(benefit, sparse.csr_array(usage), starts, caps, floors, resources, **names)


def random_problem(seed, n_assets, n_options, n_resources, share=0.4, floor=False, whole_pounds=True):
    """Do-nothing and costed options; each uses one or two resources."""
    random = np.random.default_rng(seed)
    n = n_assets * n_options
    cost = random.integers(1, 60, n).astype(float)
    if not whole_pounds:
        cost *= np.exp(random.normal(0, 1, n))
    benefit = np.round(cost * random.uniform(0.5, 2.0, n), 2)
    usage = np.zeros((n, n_resources))
    first, second = random.integers(0, n_resources, (2, n))
    usage[np.arange(n), first] += np.floor(cost / 2) if whole_pounds else cost / 2
    usage[np.arange(n), second] += cost - np.floor(cost / 2) if whole_pounds else cost / 2
    usage[::n_options], benefit[::n_options] = 0, 0
    caps = np.floor(share * usage.reshape(n_assets, n_options, -1).max(axis=1).sum(axis=0))
    floors = np.floor(0.5 * caps) if floor else np.full(n_resources, -INF)
    return problem(benefit, usage, np.full(n_assets, n_options), caps, floors)


def brute_force(p):
    """Most benefit over every combination of options; −inf where none meets the limits."""
    usage = p.usage.toarray()
    best = -INF
    for choice in product(*(range(a, b) for a, b in zip(p.starts[:-1], p.starts[1:], strict=True))):
        used = usage[list(choice)].sum(axis=0)
        if np.all(used <= p.caps + 1e-9) and np.all(used >= p.floors - 1e-9):
            best = max(best, float(p.benefit[list(choice)].sum()))
    return best


def check(p, solution, target_gap=1e-4):
    """What must hold of every answer."""
    owner = p.owners()
    assert np.array_equal(owner[solution.chosen], np.arange(p.n_assets))  # one option each, its own
    used = p.usage.toarray()[solution.chosen].sum(axis=0)
    size = np.maximum(1.0, np.abs(p.usage.toarray()).sum(axis=0))
    assert np.all(used <= p.caps + 1e-9 * size)  # 1e-9: order of summation
    assert np.all(used >= p.floors - 1e-9 * size)
    assert np.allclose(solution.used, used, rtol=1e-12, atol=1e-9)
    assert solution.benefit == p.benefit[solution.chosen].sum()
    assert solution.bound >= solution.benefit
    assert (solution.status == "optimal") == (solution.gap <= target_gap)


def is_least(form, dual, factors):
    """No price moved by a factor proves a lower bound: the prices are the slope of the relaxation."""
    assert dual.exact
    assert np.all(dual.multipliers >= 0)
    for factor in factors:
        for j in range(len(form.limit)):
            moved = dual.multipliers.copy()
            moved[j] *= factor
            assert bound_at(form, moved) >= dual.bound * (1 - 1e-9)


def years_problem(seed, n_assets, n_treatments=3, n_years=4, share=0.1):
    """Do-nothing, or one of the asset's treatments in one of the years: each year's money is a resource."""
    random = np.random.default_rng(seed)
    shape = (n_assets, n_treatments, n_years)
    cost = np.broadcast_to(random.integers(5, 100, shape[:2])[..., None], shape)
    ratio = random.uniform(0.5, 3.0, shape[:2])[..., None]
    waiting = random.uniform(0.8, 1.05, shape[:1])[:, None, None] ** np.arange(n_years)
    n_options = 1 + n_treatments * n_years
    benefit, usage = np.zeros((n_assets, n_options)), np.zeros((n_assets, n_options, n_years))
    benefit[:, 1:] = np.round(cost * ratio * waiting, 2).reshape(n_assets, -1)
    usage[:, 1:] = (cost[..., None] * np.eye(n_years)).reshape(n_assets, -1, n_years)
    caps = np.floor(share * cost[:, :, 0].max(axis=1).sum()) * np.ones(n_years)
    return problem(benefit.ravel(), usage.reshape(-1, n_years), np.full(n_assets, n_options), caps)


def steepest_steps(p, again=True):
    """Incremental benefit-cost one step at a time over every option left, from each asset's first.

    An option that does not fit is struck off alone, or (again=False) with all its asset's options.
    """
    usage, owner = p.usage.toarray(), p.owners()
    cost = usage.sum(axis=1)
    chosen, left = p.starts[:-1].copy(), np.ones(p.n_options, dtype=bool)
    while True:
        gained, spent = p.benefit - p.benefit[chosen][owner], cost - cost[chosen][owner]
        steps = np.flatnonzero(left & (gained > 0))
        if not len(steps):
            return chosen
        ratio = [gained[i] / spent[i] if spent[i] > 0 else INF for i in steps]
        _, asset, _, option = min((-r, owner[i], cost[i], i) for r, i in zip(ratio, steps, strict=True))
        trial = chosen.copy()
        trial[asset] = option
        if np.all(usage[trial].sum(axis=0) <= p.caps + 1e-9):
            chosen = trial
            left[option] = False
        else:
            left[owner == asset if not again else option] = False


def allowed_choices(p, choice=(), modes=()):
    """Every choice in which all assets of a group are of one mode."""
    asset = len(choice)
    if asset == len(p.starts) - 1:
        yield choice
        return
    group = -1 if p.group is None else p.group[asset]
    agreed = dict(modes)
    for option in range(p.starts[asset], p.starts[asset + 1]):
        if group < 0:
            yield from allowed_choices(p, (*choice, option), modes)
        elif agreed.get(group, p.mode[option]) == p.mode[option]:
            yield from allowed_choices(p, (*choice, option), {**agreed, group: p.mode[option]})


def best_by_hand(p):
    """Every choice that groups allow, its flows by a linear programme of their own; −inf where none holds."""
    best, usage, flows = -INF, p.usage.toarray(), p.flows
    for choice in allowed_choices(p):
        used, gained = usage[list(choice)].sum(axis=0), p.benefit[list(choice)].sum()
        low, high = p.floors - used, p.caps - used
        if not flows.names:
            best = max(best, gained) if np.all(low <= 1e-9) and np.all(high >= -1e-9) else best
            continue
        matrix = flows.usage.toarray().T
        rows = [*((row, h) for row, h in zip(matrix, high, strict=True) if h < INF)]
        rows += [*((-row, -w) for row, w in zip(matrix, low, strict=True) if w > -INF)]
        solved = linprog(
            -flows.benefit,
            A_ub=[r for r, _ in rows] or None,
            b_ub=[h for _, h in rows] or None,
            bounds=list(zip(flows.low, flows.high, strict=True)),
        )
        if solved.status == 0:
            best = max(best, gained - solved.fun)
    return best


def large(seed, n_assets=3_000, n_groups=200, years=5):
    """Assets with a treatment in any year; a fifth of them in schemes of four; money carried over."""
    random = np.random.default_rng(seed)
    n_options = 1 + years
    cost = np.exp(random.normal(3.0, 1.0, n_assets))
    usage = np.zeros((n_assets, n_options, years))
    usage[:, 1:] = cost[:, None, None] * np.eye(years)
    benefit = np.zeros((n_assets, n_options))
    benefit[:, 1:] = (cost * random.uniform(0.3, 2.5, n_assets))[:, None] * random.uniform(0.8, 1.1, (n_assets, years))
    group = np.full(n_assets, -1)
    group[: 4 * n_groups] = np.repeat(np.arange(n_groups), 4)
    flows = Flows(
        tuple(f"carry {t}" for t in range(years - 1)), np.zeros(years - 1),
        sparse.csr_array(np.eye(years - 1, years) - np.eye(years - 1, years, 1)), np.zeros(years - 1),
        np.full(years - 1, 0.1 * cost.sum() / years),
    )  # fmt: skip
    return Problem(
        benefit.ravel(), sparse.csr_array(usage.reshape(-1, years)), np.arange(n_assets + 1) * n_options,
        np.linspace(0.5, 1.5, years) * 0.3 * cost.sum() / years, np.full(years, -INF),
        tuple(str(2020 + t) for t in range(years)), flows=flows, group=group,
        mode=np.tile(np.arange(n_options), n_assets),
    )  # fmt: skip
