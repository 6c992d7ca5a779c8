"""The package writes nothing to the terminal, nor does the solver under it: that is for the command line."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
OPTIMISE = """
import sys; sys.path.insert(0, {here!r})
import assetplan, optimisation_problems as made
assetplan.optimise(made.textbook(), caps={{"cost": 250}})
from assetplan.optimisation import solve
solve(made.random_problem(0, 60, 5, 2, whole_pounds=False), whole=0)
solve(made.random_problem(1, 700, 4, 4))
"""
PLAN = """
import assetplan
assetplan.plan(assetplan.read_plan({plan!r}))
"""


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import assetplan", id="import"),
        pytest.param(OPTIMISE, id="optimise"),
        pytest.param(PLAN, id="plan", marks=pytest.mark.slow),
    ],
)
def test_nothing_is_written(code, small_county):
    code = code.format(here=str(HERE), plan=str(small_county / "plan.toml"))
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("", "")
