"""The programme as one PuLP model with every variable and constraint named.

maximise  benefit = Σ_a Σ_o b_ao · take_a_o
choose_a:     Σ_o take_a_o = 1                     each asset takes one option
cap_r:        Σ_a Σ_o u_aor · take_a_o + Σ_k v_kr · flow_k ≤ cap_r
floor_r:      Σ_a Σ_o u_aor · take_a_o + Σ_k v_kr · flow_k ≥ floor_r
take_a_o ∈ {0, 1},  low_k ≤ flow_k ≤ high_k

The assets of a group choose together:
mode_g:       Σ_m mode_g_m = 1
choose_a_m:   Σ_{o of mode m} take_a_o = mode_g_m      for every asset a of group g and every mode m
An asset with one option in a mode takes it with the mode: mode_g_m stands in for its take_a_o.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from assetplan._types import Ints
from assetplan.optimisation.problem.problem import Flows, Problem

NAME_LENGTH = 60  # the LP format allows 255 characters a name; two parts and a prefix must fit


def safe_names(names: Iterable[Any]) -> list[str]:
    """Names and keys of any kind → names an LP file takes, all different.

    Other characters than letters, digits and underscores become underscores; where two names become one, the
    later gets a number. Names that differ by case alone count as one, since some readers of LP files ignore it.
    """
    taken: set[str] = set()
    safe = []
    for name in names:
        parts = name if type(name) is tuple else (name,)
        base = re.sub(r"[^A-Za-z0-9_]", "_", "_".join(str(part) for part in parts))[:NAME_LENGTH] or "_"
        given, count = base, 1
        while given.lower() in taken:
            count += 1
            given = f"{base}_{count}"
        taken.add(given.lower())
        safe.append(given)
    return safe


@dataclass(frozen=True)
class PulpModel:
    """A PuLP problem with its variables in the order of the options and of the flows.

    One variable, a mode, may stand for several options.
    """

    programme: Any
    take: list[Any]
    flow: list[Any]


def build_model(problem: Problem, options: Sequence[Any] | None = None) -> PulpModel:
    """PuLP model of a problem.

    Parameters
    ----------
    problem : Problem; the problem
    options : sequence, optional; name of each option, for its variable; its number within its asset when left out

    Returns
    -------
    PulpModel
        The PuLP problem and its variables.
    """
    import pulp

    model = pulp.LpProblem("programme", pulp.LpMaximize)
    owner, branch = problem.owners(), _taken_with_mode(problem)
    own = np.flatnonzero(branch < 0)
    assets = safe_names(problem.asset_name(a) for a in range(problem.n_assets))
    within = (np.arange(problem.n_options) - problem.starts[owner]).tolist() if options is None else options
    names = safe_names(f"{assets[owner[o]]}_{within[o]}" for o in own.tolist())
    variables = model.add_variable_dict("take", names, 0, 1, cat=pulp.LpBinary)
    choices = [variables[name] for name in names]
    modes = _modes(model, problem)
    flow = _flows(model, problem.flows)
    # Options that one variable stands for are summed before it sees them.
    column = np.where(branch < 0, np.cumsum(branch < 0) - 1, len(own) + branch)
    shape = (len(choices) + len(modes), problem.n_options)
    summed = sparse.csr_array((np.ones(problem.n_options), (column, np.arange(problem.n_options))), shape=shape)
    decided = [*choices, *modes]
    gains = [float(b) * x for b, x in zip(summed @ problem.benefit, decided, strict=True) if b]
    gains += [float(b) * y for b, y in zip(problem.flows.benefit, flow, strict=True) if b]
    model += pulp.lpSum(gains), "benefit"
    take = [decided[k] for k in column]
    grouped = problem.choices.grouped
    for asset, (first, end) in enumerate(zip(problem.starts[:-1], problem.starts[1:], strict=True)):
        if not grouped[asset]:
            model += pulp.lpSum(take[first:end]) == 1, f"choose_{assets[asset]}"
    _tie_groups(model, problem, take, modes, assets)
    _add_limits(model, problem, sparse.csc_array(summed @ problem.usage), decided, flow)
    return PulpModel(model, take, flow)


def _taken_with_mode(problem: Problem) -> Ints:
    """Branch of each option that is all an asset has in a mode; −1 for other options and those of no whole branch."""
    out = np.full(problem.n_options, -1, dtype=np.int64)
    groups = problem.choices.groups
    if groups is not None:
        alone = np.flatnonzero(np.diff(np.append(groups.cells, len(groups.option))) == 1)
        out[groups.option[groups.cells[alone]]] = groups.branch_of[alone]
    return out


def _modes(model: Any, problem: Problem) -> list[Any]:
    """A variable for each mode of each group."""
    import pulp

    groups = problem.choices.groups
    if groups is None:
        return []
    names = (f"{g}_{m}".replace("-", "none") for g, m in zip(groups.group, groups.mode, strict=True))
    variables = model.add_variable_dict("mode", safe_names(names), 0, 1, cat=pulp.LpBinary)
    return list(variables.values())


def _flows(model: Any, flows: Flows) -> list[Any]:
    bounds = zip(safe_names(flows.names), flows.low, flows.high, strict=True)
    return [model.add_variable(f"flow_{name}", float(low), float(high)) for name, low, high in bounds]


def _tie_groups(model: Any, problem: Problem, take: list[Any], modes: list[Any], assets: list[str]) -> None:
    """Every asset of a group takes an option of the mode that the group is in."""
    import pulp

    groups = problem.choices.groups
    if groups is None:
        return
    ends = np.append(groups.groups, len(modes))
    for g, (first, end) in enumerate(pairwise(ends)):
        model += pulp.lpSum(modes[first:end]) == 1, f"mode_{g}"
    edges = np.append(groups.cells, len(groups.option))
    for cell in np.flatnonzero(np.diff(edges) > 1):
        branch = groups.branch_of[cell]
        name = modes[branch].name.removeprefix("mode_")
        model += (
            pulp.lpSum(take[o] for o in groups.option[edges[cell] : edges[cell + 1]]) - modes[branch] == 0,
            f"choose_{assets[groups.asset[cell]]}_{name}",
        )
    for o in np.flatnonzero(np.isinf(problem.choices.reduced_costs(problem.benefit))):
        model += take[o] == 0, f"never_{take[o].name}"


def _add_limits(model: Any, problem: Problem, usage: Any, decided: list[Any], flow: list[Any]) -> None:
    import pulp

    flowing = problem.flows.usage.tocsc()
    for r, name in enumerate(safe_names(problem.resources)):
        terms = [*_terms(usage, r, decided), *_terms(flowing, r, flow)]
        if not terms:  # settled before any model is built: see conflicts/infeasibility.py
            continue
        if np.isfinite(problem.caps[r]):
            model += pulp.lpSum(terms) <= float(problem.caps[r]), f"cap_{name}"
        if np.isfinite(problem.floors[r]):
            model += pulp.lpSum(terms) >= float(problem.floors[r]), f"floor_{name}"


def _terms(columns: Any, column: int, variables: list[Any]) -> list[Any]:
    entries = slice(columns.indptr[column], columns.indptr[column + 1])
    pairs = zip(columns.data[entries], columns.indices[entries], strict=True)
    return [float(u) * variables[o] for u, o in pairs if u]


def model_text(problem: Problem, options: Sequence[Any] | None = None) -> str:
    """LP file of a problem, for reading, for other solvers, and for the golden tests; the same under every PuLP.

    They differ in writing 1e-07 and in the order in which variables are declared binary.

    Parameters
    ----------
    problem : Problem; the problem; keep it small, since every option is a variable
    options : sequence, optional; name of each option; its number within its asset when left out

    Returns
    -------
    str
        The text of the file.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.lp"
        build_model(problem, options).programme.writeLP(str(path))
        text = path.read_text(encoding="utf-8")
    text = re.sub(r"(?<=\d)e([+-]?)0*(?=\d)", lambda match: f"e{match[1].replace('+', '')}", text)
    body, _, rest = text.partition("Binaries\n")
    names, _, end = rest.rpartition("End")
    return f"{body}Binaries\n" + "".join(sorted(names.splitlines(keepends=True))) + f"End{end}"
