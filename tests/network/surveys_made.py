"""Readings and sections along links, drawn by hypothesis: whole metres, so that sums are exact."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st


@st.composite
def stretches(draw, most: int = 24, gaps: bool = True) -> dict[str, np.ndarray]:
    """Stretches end to end, with some gaps, on up to three links, in any order."""
    link, start, end = [], [], []
    for number in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, 20))
        for _ in range(draw(st.integers(1, most))):
            at += draw(st.sampled_from([0, 0, 0, 0, 20, 60])) if gaps else 0
            length = draw(st.sampled_from([5, 10, 10, 10, 40, 90]))
            link.append(number)
            start.append(at)
            end.append(at + length)
            at += length
    order = np.array(draw(st.permutations(range(len(link)))))
    return {
        "link": np.array(link)[order],
        "from_m": np.array(start, dtype=float)[order],
        "to_m": np.array(end, dtype=float)[order],
    }
