"""Markov chains of condition states: a distribution over states moves by an annual transition matrix."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def chain(falls: Array | list[float]) -> Array:
    """Annual transition matrix of a chain that falls one state at a time.

    Parameters
    ----------
    falls : array (n_states − 1,)
        Probability (1/year, 0–1) of leaving each state for the next worse one; the last state keeps what it has.

    Returns
    -------
    array (n_states, n_states)
        Rows sum to one.

    Raises
    ------
    ValueError
        A probability is outside 0–1.
    """
    falls = np.asarray(falls, dtype=float)
    if np.any((falls < 0) | (falls > 1)) or not np.all(np.isfinite(falls)):
        raise ValueError(f"probabilities must lie between 0 and 1: {falls.tolist()}")
    matrix = np.diag(np.append(1 - falls, 1.0))
    matrix[np.arange(len(falls)), np.arange(len(falls)) + 1] = falls
    return matrix


def propagate(start: Array, transition: Array, years: int) -> Array:
    """Distributions of states year by year.

    Parameters
    ----------
    start : array (…, n_states)
        Distribution now; each sums to one.
    transition : array (n_states, n_states)
        Annual transition matrix.
    years : int
        Years ahead, ≥ 0.

    Returns
    -------
    array (…, years + 1, n_states)
        Row vector times matrix, year after year; the first is `start`.
    """
    start = np.asarray(start, dtype=float)
    out = np.empty((*start.shape[:-1], years + 1, start.shape[-1]))
    out[..., 0, :] = start
    for year in range(years):
        out[..., year + 1, :] = out[..., year, :] @ transition
    return out


def expected_passage(transition: Array) -> Array:
    """Expected years from each transient state to the last one.

    Solves (I − Q)·t = 1 over the transient part Q of the matrix; see any text on absorbing chains.

    Returns
    -------
    array (n_states,)
        0 for the last state.
    """
    transient = np.asarray(transition, dtype=float)[:-1, :-1]
    times = np.linalg.solve(np.eye(len(transient)) - transient, np.ones(len(transient)))
    return np.append(times, 0.0)


def state_weights(index: Array, state_index: Array) -> Array:
    """Distribution over the two nearest states whose expected index is the given one.

    Parameters
    ----------
    index : array (n,)
        Condition index (0–100).
    state_index : array (n_states,)
        Index of each state, falling.

    Returns
    -------
    array (n, n_states)
        A known grade gives certainty; an index between two states is shared between them.
    """
    rising = np.asarray(state_index, dtype=float)[::-1]
    value = np.clip(np.asarray(index, dtype=float), rising[0], rising[-1])
    upper = np.clip(np.searchsorted(rising, value, side="left"), 1, len(rising) - 1)
    share = (value - rising[upper - 1]) / (rising[upper] - rising[upper - 1])
    weights = np.zeros((len(value), len(rising)))
    rows = np.arange(len(value))
    weights[rows, upper] = share
    weights[rows, upper - 1] += 1 - share
    return weights[:, ::-1]
