"""Problems to measure the optimiser on: multiple-choice knapsacks of the literature's kind, and a council's network.

The knapsacks follow, in code of our own, what two published sets look like. The papers' own words were not to be had;
the recipes below were read off the published files, so they are "such as", not the authors' generators:

`khan`
    Khan, S., Li, K. F., Manning, E. G. and Akbar, M. M. (2002), *Solving the knapsack problem for adaptive multimedia
    systems*, Studia Informatica Universalis 2(1), 157–178: instances I01 to I13 (5 to 400 groups, 5 or 10 items,
    5 or 10 resources). Seen in the file of I07: whole uses 0 to R − 1 with R = 10, every capacity ½·groups·R, and
    values that a linear fit explains as Σ use·price + noise, prices between 0 and 9, noise between about 0 and 30.
    That prices and noise are uniform is our reading. `uncorrelated`, values that have nothing to do with the uses
    and capacities as of `inst`, is our own addition.
`inst`
    The sets INST01 to INST20 that later papers use beside I01 to I13 (for one: Chen, Y. and Hao, J.-K. (2014), *A
    "reduce and solve" approach for the multiple-choice multidimensional knapsack problem*, European Journal of
    Operational Research 239(2), 313–322). The file of INST01 has the items of I07 and capacities 187 to 236 for 50
    groups: tighter, one by one, and such as a random choice would use. That a random choice is where they come from is
    our guess; it makes them feasible. INST21 to INST30 and those of Shojaei, Basten, Geilen and Davoodi (2013), *A fast
    and scalable multidimensional multiple-choice knapsack heuristic*, ACM TODAES 18(4), 51, have groups of unlike
    sizes: `irregular`. How many items theirs have was not verified.
`mixed`
    Hiremath, C. S. (2008), *New heuristic and metaheuristic approaches applied to the multiple-choice multidimensional
    knapsack problem*, dissertation, Wright State University: uses that rise with the value in some resources and fall
    with it in others, each resource with its own largest use (40 to 90), as seen in his file of 5 groups, 10 items and
    25 resources. How strongly they are tied was not verified; his capacities (0.55 to 0.9 of groups times largest use)
    seldom bind on our uses, so ours are what the mean item of each group would use. Han, B., Leblet, J. and Simon, G.
    (2010), *Hard multidimensional multiple choice knapsack problems, an empirical study*, Computers & Operations
    Research 37(1), 172–181, find such ties make the hardest problems; their generators were not verified and are not
    reproduced.

The council's network is ours: no published one is of its kind.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from assetplan.optimisation import Problem

INF = np.inf
KINDS = ("khan", "uncorrelated", "inst", "irregular", "mixed")


def knapsack(groups: int, items: int, dims: int, kind: str = "khan", seed: int = 0) -> Problem:
    """A multiple-choice knapsack in which every item uses every resource.

    Parameters
    ----------
    groups, items, dims : int
        Groups, items in each (at most, if irregular) and resources.
    kind : str
        One of `KINDS`; see the top of this file.
    seed : int
        The same seed makes the same problem.

    Returns
    -------
    Problem
        The problem; feasible for certain but for "khan" and "mixed", which are so but for very few groups.
    """
    random = np.random.default_rng([groups, items, dims, KINDS.index(kind), seed])
    counts = np.full(groups, items)
    if kind == "irregular":
        counts = random.integers(1, items + 1, groups)
    starts = np.concatenate([[0], np.cumsum(counts)])
    if kind == "mixed":
        value, use, caps = _mixed(random, groups, items, dims)
    else:
        value, use = _priced(random, int(starts[-1]), dims, kind != "uncorrelated")
        caps = np.full(dims, groups * RANGE // 2, dtype=np.float64)
        if kind != "khan":
            caps = use[starts[:-1] + random.integers(0, counts)].sum(axis=0)
    names = tuple(f"r{j}" for j in range(dims))
    return Problem(value, sparse.csr_array(use), starts, caps, np.full(dims, -INF), names)


RANGE = 10  # R of the published files


def _priced(random, n, dims, correlated):
    use = random.integers(0, RANGE, (n, dims)).astype(np.float64)
    if correlated:
        return use @ random.integers(0, RANGE, dims) + random.integers(0, 3 * RANGE, n), use
    return random.integers(1, dims * RANGE * RANGE // 2, n).astype(np.float64), use


def _mixed(random, groups, items, dims):
    value = random.integers(1, 101, (groups, items)).astype(np.float64)
    most = random.integers(40, 91, dims)
    rising = random.random(dims) < 0.5
    share = np.where(rising, value[..., None] / 100, 1 - value[..., None] / 100)
    tied = random.uniform(0.3, 0.7, dims)
    use = np.ceil(most * (tied * share + (1 - tied) * random.random((groups, items, dims))))
    middle = np.ceil(use.mean(axis=1).sum(axis=0))
    return value.ravel(), use.reshape(-1, dims), middle


@dataclass(frozen=True)
class Council:
    """How a council's network is made.

    Attributes
    ----------
    assets, options, lines, years : int
        Assets, options of each (doing nothing first), budget lines, and years in each of which a line has money.
    spread : float
        Standard deviation of the logarithm of the assets' size within a line; sections of carriageway, of 50 m to
        1.5 km, have about 0.8.
    share : float
        Money there is, as a share of what the best option of every asset would cost.
    floors : float
        Least output (kilometres treated) to reach in each line and year beside its money, as a share of what the money
        would bring if output were all that counted; no floors at 0. Floors of 0.9 leave next to no choice.
    across : float
        Share of the assets whose second treatment is paid by another line: without any, every line is by itself.
    seed : int
        The same seed makes the same network.
    """

    assets: int
    options: int = 12
    lines: int = 7
    years: int = 5
    spread: float = 0.8
    share: float = 0.3
    floors: float = 0.0
    across: float = 0.0
    seed: int = 0


BLOCK = 50_000  # assets made at once, so that making a problem needs little more memory than having it
WORTH_LESS = 0.965  # of the benefit, a year later
NAMES = ("money", "output")


def council(of: Council) -> Problem:
    """A council's problem: money of lines × years [£], perhaps least outputs too, and treatments that use it.

    Each option is a treatment in a year, or two in two years. Cost is size times the treatment's extent; benefit is
    concave in the extent, with noise and a slight discount by year. Floors can be met: a plan that meets them within
    the money is part of making them.
    """
    random = np.random.default_rng([*map(int, (of.assets, of.options, of.lines, of.years, of.seed))])
    level = 1e4 * np.exp(random.normal(0, 0.8, of.lines))
    weight = 1 / np.arange(1, of.lines + 1)
    parts = [
        _block(random, of, min(BLOCK, of.assets - first), level, weight / weight.sum())
        for first in range(0, of.assets, BLOCK)
    ]
    wish = np.sum([part[3] for part in parts], axis=0)
    n_money = of.lines * of.years
    caps = np.floor(of.share * np.repeat(wish / of.years, of.years) * random.uniform(0.7, 1.3, n_money))
    floors = np.full(n_money, -INF)
    kinds = NAMES[: 1 + (of.floors > 0)]
    if of.floors:
        caps = np.concatenate([caps, np.full(n_money, INF)])
        floors = np.concatenate([floors, _floors(parts, caps[:n_money], of)])
    benefit = np.concatenate([part[0] for part in parts])
    usage = parts[0][1] if len(parts) == 1 else sparse.vstack([part[1] for part in parts], format="csr")
    starts = np.arange(of.assets + 1) * of.options
    names = tuple((kind, line, year) for kind in kinds for line in range(of.lines) for year in range(of.years))
    return Problem(benefit, sparse.csr_array(usage), starts, caps, floors, names)


def _block(random, of, n, level, weight):
    """Benefit, usage, and cheap works (for the floors) of some assets, and what their best options cost by line."""
    works = of.options - 1
    line = random.choice(of.lines, n, p=weight)
    size = level[line] * np.exp(random.normal(0, of.spread, n))
    extent = np.exp(random.uniform(np.log(0.1), np.log(2), (2, n, works)))  # from sealing to rebuilding
    year = random.integers(0, of.years, (2, n, works))
    twice = (random.random((n, works)) < 0.4) & (year[0] != year[1])
    year = np.where(twice, np.sort(year, axis=0), year)
    extent[1] *= twice
    need = size * np.exp(random.normal(0.3, 0.5, n))
    noise = np.exp(random.normal(0, 0.1, (n, works)))
    benefit = np.zeros((n, of.options))
    benefit[:, 1:] = np.round(need[:, None] * (extent * WORTH_LESS**year).sum(axis=0) ** 0.6 * noise, 2)
    cost = np.ceil(size[:, None] * extent)
    payer = np.broadcast_to(line[:, None], (2, n, works)).copy()
    if of.across:
        elsewhere = random.random(n) < of.across
        payer[1, elsewhere] = random.integers(0, of.lines, (int(elsewhere.sum()), 1))
    made = [cost]
    if of.floors:  # what a pound brings by way of output differs from what it brings by way of benefit
        made.append(np.ceil(cost * np.exp(random.normal(0, 0.5, (n, works)))) / 1e3 * (extent > 0))
    usage = _usage(of, payer * of.years + year, made)
    best = benefit.argmax(axis=1)
    spent = np.where(best > 0, cost.sum(axis=0)[np.arange(n), best - 1], 0)
    return benefit.ravel(), usage, (payer[0] * of.years + year[0], made, twice), np.bincount(line, spent, of.lines)


def _usage(of, column, made):
    """CSR usage of a block: up to two treatments an option, each with its money and, it may be, its output."""
    _, n, works = column.shape
    figures = np.stack([each[k] for each in made for k in (0, 1)], axis=-1)
    columns = np.stack([column[k] + i * of.lines * of.years for i in range(len(made)) for k in (0, 1)], axis=-1)
    there = figures > 0
    counts = np.zeros((n, works + 1), dtype=np.int64)
    counts[:, 1:] = there.sum(axis=-1)
    starts = np.concatenate([[0], np.cumsum(counts.ravel())])
    shape = (n * (works + 1), len(made) * of.lines * of.years)
    usage = sparse.csr_array((figures[there], columns[there].astype(np.int32), starts.astype(np.int32)), shape)
    usage.sort_indices()
    return usage


def _floors(parts, money, of):
    """A share of the output of a plan within the money that does the works with most output for a pound."""
    column, cost, output = [], [], []
    for _, _, (where, made, twice), _ in parts:
        ratio = np.where(twice, 0, made[1][0] / np.maximum(made[0][0], 1))
        pick = (np.arange(len(ratio)), ratio.argmax(axis=1))
        once = ratio[pick] > 0  # an asset all of whose works are two does nothing in this plan
        column.append(where[pick][once])
        cost.append(made[0][0][pick][once])
        output.append(made[1][0][pick][once])
    where, paid, out = map(np.concatenate, (column, cost, output))
    floors = np.zeros(len(money))
    for r in range(len(money)):
        own = np.flatnonzero(where == r)
        own = own[np.argsort(-out[own] / paid[own], kind="stable")]
        floors[r] = out[own][np.cumsum(paid[own]) <= money[r]].sum()
    return np.floor(of.floors * floors)
