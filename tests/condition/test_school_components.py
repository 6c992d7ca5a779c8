"""The published decay and repair costs of school building components (Department for Education Blockbuster)."""

import numpy as np
import pandas as pd
import pytest

from assetplan.condition import cost_by_grade
from assetplan.deterioration.markov import at_years, chain, expected_passage

BRICK = 1828  # external wall, brick or block
FIVE = np.array([5.0])


@pytest.fixture(scope="module")
def rates(shared) -> pd.DataFrame:
    table = pd.read_csv(shared / "dfe_deterioration_rates.csv")
    return table.set_index("elementid")[["ab", "bc", "cd", "de"]]


@pytest.fixture(scope="module")
def costs(shared) -> pd.DataFrame:
    table = pd.read_csv(shared / "dfe_repair_costs.csv")  # components listed twice have the same costs twice
    return table.pivot_table(index="elementid", columns="grade", values="repair_cost", aggfunc="first")


def test_brick_wall_to_the_printed_digits(rates, costs):
    fall = rates.loc[BRICK].to_numpy()
    assert fall.tolist() == [0.02388, 0.0398, 0.09552, 0.1592]
    assert (1 / fall[:3]).sum() == pytest.approx(77.5, abs=0.05)
    unit = costs.loc[BRICK, list("BCD")].to_numpy()
    assert unit == pytest.approx([12.877, 64.386, 257.543], abs=5e-4)
    unit = np.round([0.0, *unit, unit[-1]], 3)  # E costed as D
    now = np.eye(5)[1]
    assert cost_by_grade(now, 500, unit).sum(axis=-1) == pytest.approx(6438.50, abs=0.005)
    later = now @ at_years(chain(fall), FIVE)[0]
    assert later == pytest.approx([0, 0.81622, 0.15063, 0.02794, 0.00520], abs=5e-6)
    assert cost_by_grade(later, 500, unit).sum(axis=-1) == pytest.approx(14372.48, abs=0.005)
    # What is owed today is what is worse than B: nothing now, and after five years all but the share still in B.
    assert cost_by_grade(now, 500, unit)[2:].sum() == 0
    assert cost_by_grade(later, 500, unit)[2:].sum() == pytest.approx(14372.48 - 500 * later[1] * 12.877, abs=0.005)


def test_every_component_two_ways(rates, costs):
    """Mean life from A to D and the five-year cost from B: by the chain, and by waits and years one at a time."""
    assert len(rates) == 141
    for name, fall in zip(rates.index, rates.to_numpy(), strict=True):
        matrix = chain(fall)
        to_d = matrix[:4, :4].copy()
        to_d[3, 3] = 1.0
        assert expected_passage(to_d)[0] == pytest.approx((1 / fall[:3]).sum(), rel=1e-9)
        unit = costs.loc[name, list("ABCDE")].to_numpy(dtype=float)
        b, c, d, e = 1.0, 0.0, 0.0, 0.0
        for _ in range(5):
            b, c, d, e = (
                b * (1 - fall[1]),
                c * (1 - fall[2]) + b * fall[1],
                d * (1 - fall[3]) + c * fall[2],
                e + d * fall[3],
            )
        backlog = cost_by_grade(np.eye(5)[1] @ at_years(matrix, FIVE)[0], 500, unit).sum(axis=-1)
        assert backlog == pytest.approx(500 * (np.array([b, c, d, e]) @ unit[1:]), rel=1e-9)
