"""Markov chains against published figures and against simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from assetplan.deterioration import load_groups
from assetplan.deterioration.markov import at_years, chain, expected_passage, read_chain, state_weights

BRIDGE = chain([0.09, 0.05, 0.06, 0.15])
BRICK = chain([0.02388, 0.03980, 0.09552, 0.15920])


def test_bridge_chain() -> None:
    """Stay probabilities 0.91, 0.95, 0.94, 0.85: expected time 1→5 54.44 years, and two forecasts."""
    assert expected_passage(BRIDGE)[0] == pytest.approx(54.44, abs=0.005)
    new = np.eye(5)[0] @ at_years(BRIDGE, np.array([5.0]))[0]
    np.testing.assert_allclose(new, [0.62403, 0.33693, 0.03660, 0.00225, 0.00019], atol=5e-6)
    mixed = np.array([0.2, 0.3, 0.3, 0.15, 0.05]) @ at_years(BRIDGE, np.array([5.0]))[0]
    np.testing.assert_allclose(mixed[:4], [0.12481, 0.29952, 0.28731, 0.13191], atol=5e-6)
    # Printed as 0.15646, but the printed row sums to 1.00001: the last is what the others leave.
    assert mixed[4] == pytest.approx(0.15645, abs=5e-6)


def test_brick_wall() -> None:
    """DfE Blockbuster brick wall: mean A→D 77.5 years; from B after 5 years (domain section 4)."""
    assert expected_passage(BRICK[:4, :4] + np.diag([0, 0, 0, 0.15920]))[0] == pytest.approx(77.5, abs=0.05)
    after = np.eye(5)[1] @ at_years(BRICK, np.array([5.0]))[0]
    np.testing.assert_allclose(after, [0, 0.81622, 0.15063, 0.02794, 0.00520], atol=5e-6)


def test_packaged_brick_wall_is_the_published_one(shared) -> None:
    rates = pd.read_csv(shared / "dfe_deterioration_rates.csv").set_index("elementid")
    published = rates.loc[1828, ["ab", "bc", "cd", "de"]].to_numpy(dtype=float)  # external wall, brick or block
    assert np.array_equal(load_groups()["brick_wall"].chain.transition, chain(published))
    assert np.array_equal(BRICK, chain(published))


def test_passage_time_agrees_with_simulation() -> None:
    rng = np.random.default_rng(5)
    stay = rng.geometric([0.09, 0.05, 0.06, 0.15], size=(40_000, 4)).sum(axis=1)
    # Four standard errors of the mean of the simulation.
    assert stay.mean() == pytest.approx(expected_passage(BRIDGE)[0], abs=4 * stay.std() / 200)


def test_weights_keep_the_expected_index() -> None:
    states = np.array([100.0, 75, 40, 15, 0])
    index = np.linspace(0, 100, 101)
    weights = state_weights(index, states)
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-12)
    np.testing.assert_allclose(weights @ states, index, atol=1e-9)
    assert (state_weights(states, states) == np.eye(5)).all()


@pytest.mark.parametrize("falls", [[0.1, 1.2], [-0.1, 0.2], [float("nan"), 0.1]])
def test_impossible_probabilities(falls: list[float]) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        chain(falls)


def test_a_path_is_powers_of_the_matrix() -> None:
    start = np.array([[1.0, 0, 0, 0, 0], [0.2, 0.3, 0.3, 0.15, 0.05]])
    values = np.array([100.0, 75, 40, 15, 0])
    after = at_years(BRIDGE, np.array([0.0, 1.0, 7.0, 12.0]))
    for k, year in enumerate((0, 1, 7, 12)):
        assert start @ after[k] @ values == pytest.approx(
            start @ np.linalg.matrix_power(BRIDGE, year) @ values, rel=1e-12
        )


def test_broken_years_lie_between_whole_ones() -> None:
    powers = at_years(BRIDGE, np.array([0.0, 2.0, 2.25]))
    assert np.array_equal(powers[0], np.eye(5))
    two, three = np.linalg.matrix_power(BRIDGE, 2), np.linalg.matrix_power(BRIDGE, 3)
    assert powers[2] == pytest.approx(0.75 * two + 0.25 * three)
    assert powers.sum(axis=2) == pytest.approx(np.ones((3, 5)))


def test_chains_as_cells_of_a_table() -> None:
    assert np.array_equal(read_chain("0.09|0.05|0.06|0.15"), BRIDGE)
    drops = read_chain("0.9|0.08|0.02/0|0.9|0.1/0|0|1")
    assert drops == pytest.approx(np.array([[0.9, 0.08, 0.02], [0, 0.9, 0.1], [0, 0, 1]]))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("0.1|often", "probabilities joined by"),
        ("", "probabilities joined by"),
        ("0.9|0.1/0|1/0|0", "square"),
        ("0.9|0.2/0|1", "sum to one"),
        ("0.9|0.1/0.1|0.9", "no way back"),
        ("0.1|1.2", "between 0 and 1"),
    ],
)
def test_wrong_cells(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        read_chain(text)
