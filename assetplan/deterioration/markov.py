"""Markov chains of condition states: a distribution over states moves by an annual transition matrix."""

from __future__ import annotations

import numpy as np

from assetplan._types import Floats


def chain(falls: Floats | list[float]) -> Floats:
    """Annual transition matrix (n_states, n_states) of a chain that falls one state at a time.

    `falls` (n_states − 1,) are the probabilities [1/year, 0–1] of leaving each state for the next worse one; the last
    state keeps what it has. A ValueError for any outside 0–1.
    """
    falls = np.asarray(falls, dtype=float)
    if np.any((falls < 0) | (falls > 1)) or not np.all(np.isfinite(falls)):
        raise ValueError(f"probabilities must lie between 0 and 1: {falls.tolist()}")
    matrix = np.diag(np.append(1 - falls, 1.0))
    matrix[np.arange(len(falls)), np.arange(len(falls)) + 1] = falls
    return matrix


def read_chain(text: str) -> Floats:
    """Annual transition matrix (n_states, n_states) from a cell of a table.

    The cell holds probabilities of falling one state, joined by |, best state first (`0.02|0.04|0.1`), or the rows of
    the whole matrix joined by / (`0.9|0.08|0.02/0|0.9|0.1/0|0|1`); a ValueError where that is no chain that only falls.
    """
    try:
        rows = [[float(cell) for cell in line.split("|")] for line in text.split("/")]
    except ValueError:
        raise ValueError(f"falls must be probabilities joined by |, or rows of them joined by /: {text!r}") from None
    if len(rows) == 1:
        return chain(rows[0])
    if any(len(row) != len(rows) for row in rows):
        raise ValueError(f"a matrix of falls must be square: it has {len(rows)} rows")
    matrix = np.array(rows)
    if not ((matrix >= 0).all() and np.allclose(matrix.sum(axis=1), 1.0, atol=1e-6) and not np.tril(matrix, -1).any()):
        raise ValueError("the rows of a matrix of falls must be probabilities that sum to one, with no way back")
    return matrix / matrix.sum(axis=1, keepdims=True)


def at_years(transition: Floats, years: Floats) -> Floats:
    """Transition matrices (n, n_states, n_states) over intervals (n,) [years, 0 or more], from an annual matrix.

    Within a year each probability goes in a straight line.
    """
    whole = np.floor(years).astype(np.intp)
    ladder = powers(transition, int(whole.max(initial=0)) + 1)
    part = (years - whole)[:, None, None]
    return (1 - part) * ladder[whole] + part * ladder[whole + 1]


def powers(matrix: Floats, top: int) -> Floats:
    """Powers 0 to top of a square matrix, (top + 1, n, n)."""
    out = np.empty((top + 1, *matrix.shape))
    out[0] = np.eye(len(matrix))
    for k in range(top):
        out[k + 1] = out[k] @ matrix
    return out


def expected_passage(transition: Floats) -> Floats:
    """Expected years from each state to the last one (n_states,), 0 for that.

    Solves (I − Q)·t = 1 over the transient part Q of the matrix; see any text on absorbing chains.
    """
    transient = np.asarray(transition, dtype=float)[:-1, :-1]
    times = np.linalg.solve(np.eye(len(transient)) - transient, np.ones(len(transient)))
    return np.append(times, 0.0)


def state_weights(index: Floats, state_index: Floats) -> Floats:
    """Distribution over states (n, n_states) whose expected index is the given one (n,) [0–100].

    A known grade gives certainty; an index between two states is shared between them. `state_index` (n_states,) falls.
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
