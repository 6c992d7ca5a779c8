"""The model as text: a golden file, and names that every solver reads."""

from pathlib import Path

from optimisation_problems import problem

from assetplan.optimisation import model_text
from assetplan.optimisation.problem.pulp_model import safe_names

GOLDEN = Path(__file__).parent / "golden" / "three_assets.lp"


def three_assets():
    """Three assets, with identifiers from a register; a cap, a floor, and a figure that PuLP versions write apart."""
    usage = [[0, 0], [40, 0], [120, 1e-7], [0, 0], [30, 30], [150, 0], [0, 0], [60, 60], [200, 0]]
    return problem(
        [0, 60, 110, 0, 50, 140, 0, 70, 190.25], usage, [3, 3, 3], [250.0, float("inf")], [float("-inf"), 30.0],
        resources=("carriageway 2026", ("seals", "2026")), assets=["A1/0010", "A1 0010", "Brücke 7"],
    )  # fmt: skip


def test_golden_file():
    strategies = ["none", "patch", "renew"] * 3
    assert model_text(three_assets(), strategies) == GOLDEN.read_text(encoding="utf-8")


def test_names():
    assert safe_names(["a b", "a/b", "A_B", "", "é", "x" * 90]) == ["a_b", "a_b_2", "A_B_3", "_", "__2", "x" * 60]
    assert safe_names([("bridges", 2026)]) == ["bridges_2026"]
