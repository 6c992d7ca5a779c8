"""Seconds of the network's stages over three sizes.

Run by hand: `python -m pytest tests/benchmarks/test_referencing_speed.py -m benchmark -s --override-ini addopts=`.
"""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pytest
from scipy.signal import lfilter
from tables import FULL, head, row

from assetplan.network import carry_survey, form_schemes, homogeneous_sections, packaged_rules

pytestmark = pytest.mark.benchmark


def readings(count: int) -> dict[str, np.ndarray]:
    """A survey at 10 m: links of 300 m on average, values that drift along the road with noise on top."""
    rng = np.random.default_rng(1)
    link = np.cumsum(rng.random(count) < 1 / 30)
    first = np.r_[0, np.flatnonzero(np.diff(link)) + 1]
    start = 10.0 * (np.arange(count) - first[np.searchsorted(first, np.arange(count), side="right") - 1])
    drift = lfilter([1.0], [1.0, -0.95], rng.normal(0, 6, count))
    value = np.clip(50 + drift + rng.normal(0, 10, count), 0, 315)
    return {"link": link, "from_m": start, "to_m": start + 10, "value": value, "band": np.digitize(value, [40, 100])}


def test_readings_cut_into_sections() -> None:
    head("10 m readings, seconds", "readings", "cut", "sections", "carried to sections of 100 m", "schemes formed")
    for count in (200_000, 1_000_000, *([5_000_000] if FULL else [])):
        survey = readings(count)
        clock = [perf_counter()]
        sections = homogeneous_sections(**survey, barrier=np.zeros(count), n_bands=3, minimum=100)
        clock.append(perf_counter())
        link, start, end = survey["link"], survey["from_m"], survey["to_m"]
        whole = start % 100 == 0
        last = np.r_[whole[1:], True]
        now = link[whole], start[whole], end[last]
        carried = carry_survey(link, start, end, survey["value"], *now, 0.5)
        clock.append(perf_counter())
        schemes = form_schemes(*now, carried.value > 60, np.zeros(len(now[0])), packaged_rules())
        clock.append(perf_counter())
        cut, carry, form = np.diff(clock)
        row(f"{count:,}", f"{cut:.2f}", f"{len(sections.mean):,}", f"{carry:.2f}", f"{form:.2f}")
        assert sections.in_band.sum() == 10 * count
        assert (carried.coverage == 1).all()
        assert len(schemes.length)
