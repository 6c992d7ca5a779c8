"""One measurement of the optimiser in a process of its own, which prints what it measured as JSON.

Run by `test_optimiser.py`; `python optimiser_cases.py '{"made": {...}, "how": "ours", ...}'` by hand.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1]
FEW = 5  # groups of a knapsack that may have no choice within its limits
SPARE = 120.0  # seconds for making the problem and for what passes its time limit, before a process is killed


@dataclass(frozen=True)
class Case:
    """What to measure.

    Attributes
    ----------
    made : dict
        Arguments of `Council`, or of `knapsack` (which has "groups").
    how : str
        "ours", or "one model": everything in one PuLP model, solved by HiGHS.
    target : float
        Gap at which to stop [share].
    seconds : float
        Time limit [s].
    """

    made: dict[str, Any]
    how: str = "ours"
    target: float = 1e-4
    seconds: float = 60.0


@dataclass(frozen=True)
class Measured:
    """What came of it.

    Attributes
    ----------
    seconds : float
        Time taken, of one model with the building of it [s].
    gap : float
        (bound − benefit) / |bound|, of a choice that was summed afresh [share]; `inf` where there is no choice.
    status : str
        "optimal" or "feasible", "nothing" where no choice was reached, "killed" where the process had to be ended.
    peak : float
        Peak memory of the process, with the making of the problem [GB].
    size : dict
        Assets, options and limits.
    to_gap : float
        Time at which `gap` was reached [s]: of one model that ran out of time, by a second run that stops there.
    """

    seconds: float
    gap: float
    status: str
    peak: float = 0.0
    size: dict[str, int] = field(default_factory=dict)
    to_gap: float = float("nan")


def measure(case: Case) -> Measured:
    """Measured in a child process, killed if it does not end."""
    paths = [str(TESTS / "optimisation"), *filter(None, [os.environ.get("PYTHONPATH")])]
    runs = 2 if case.how == "one model" else 1
    try:
        done = subprocess.run(
            [sys.executable, __file__, json.dumps(asdict(case))],
            capture_output=True,
            text=True,
            check=False,
            timeout=runs * case.seconds + SPARE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"},
        )
    except subprocess.TimeoutExpired:
        return Measured(runs * case.seconds + SPARE, float("inf"), "killed")
    if done.returncode:
        raise RuntimeError(f"{case} failed:\n{done.stderr}")
    return Measured(**json.loads(done.stdout))


def made_by(arguments: dict[str, Any]) -> Any:
    """The problem."""
    from knapsacks import Council, council, knapsack

    return knapsack(**arguments) if "groups" in arguments else council(Council(**arguments))


def check(problem: Any, chosen: Any) -> float:
    """Benefit of a choice, summed here, once it is seen to be one option an asset within the limits."""
    import numpy as np

    assert np.array_equal(np.searchsorted(problem.starts, chosen, side="right") - 1, np.arange(problem.n_assets))
    used = np.asarray(problem.usage[chosen].sum(axis=0)).ravel()
    rounding = 1e-9 * (1 + np.abs(used))
    assert np.all(used <= problem.caps + rounding), "a cap is broken"
    assert np.all(used >= problem.floors - rounding), "a floor is broken"
    return float(problem.benefit[chosen].sum())


def ours(problem: Any, case: Case) -> Measured:
    """What the optimiser does."""
    from assetplan.errors import InfeasibleError
    from assetplan.optimisation import solve

    began = time.monotonic()
    try:
        solution = solve(problem, case.target, case.seconds)
    except InfeasibleError as error:
        status = "nothing" if "came upon no choice" in str(error) else "infeasible"
        if status == "infeasible" and problem.n_assets > FEW:
            raise  # all but knapsacks of very few groups have a choice within their limits
        return Measured(time.monotonic() - began, float("inf"), status)
    seconds = time.monotonic() - began
    benefit = check(problem, solution.chosen)
    assert abs(benefit - solution.benefit) <= 1e-9 * abs(benefit)
    assert solution.bound >= benefit * (1 - 1e-12)
    assert (solution.status == "optimal") == (solution.gap <= case.target)
    return Measured(seconds, solution.gap, solution.status, to_gap=seconds)


def one_model(problem: Any, case: Case) -> Measured:
    """What PuLP and HiGHS do with everything in one model; run again to the gap it reached, to time just that."""
    from assetplan.optimisation.clock import SLACK, SearchTime
    from assetplan.optimisation.search.one_model import solve_model

    def run(gap: float) -> tuple[float, float, float]:
        began = time.monotonic()
        seconds = SearchTime.of(case.seconds / SLACK)  # by the clock alone: steps of so large a model are longer
        chosen, _, bound, _ = solve_model(problem, seconds, gap)
        seconds = time.monotonic() - began
        if chosen is None:
            return seconds, float("inf"), float("nan")
        benefit = _within(problem, chosen)
        return seconds, (bound - benefit) / abs(bound), benefit

    size = _scale(problem)
    seconds, gap, benefit = run(0.99 * case.target * size)
    if gap == float("inf"):
        return Measured(seconds, gap, "nothing")
    if gap <= case.target or seconds < 0.9 * case.seconds:
        return Measured(seconds, gap, "optimal" if gap <= case.target else "feasible", to_gap=seconds)
    again, _, _ = run(1.000001 * gap * abs(benefit))
    return Measured(seconds, gap, "feasible", to_gap=min(again, seconds))


def _within(problem: Any, chosen: Any) -> float:
    """As `check`, but to the millionth part by which HiGHS may pass a limit."""
    import numpy as np

    used = np.asarray(problem.usage[chosen].sum(axis=0)).ravel()
    assert np.all(used <= problem.caps + 1e-6 * (1 + np.abs(used)))
    assert np.all(used >= problem.floors - 1e-6 * (1 + np.abs(used)))
    return float(problem.benefit[chosen].sum())


def _scale(problem: Any) -> float:
    """About what the best choice brings, for a gap in the unit of the benefit: the bound that ours starts from."""
    from assetplan.optimisation import solve

    return abs(solve(problem, 0.5, 10.0).bound)


def main() -> None:
    """Measure one case and print it."""
    case = Case(**json.loads(sys.argv[1]))
    problem = made_by(case.made)
    measured = (ours if case.how == "ours" else one_model)(problem, case)
    size = {"assets": problem.n_assets, "options": problem.n_options, "limits": len(problem.resources)}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(json.dumps(asdict(measured) | {"size": size, "peak": peak}))


if __name__ == "__main__":
    main()
