"""Drawn registers and plans through every command: how they ended; more than 300 with ASSETPLAN_BENCHMARK=full."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from plans_drawn import ends_of
from tables import FULL

pytestmark = pytest.mark.benchmark


def test_drawn_plans(tmp_path: Path) -> None:
    number, least = (620, 300) if FULL else (10, 3)
    ends = Counter(ends_of(number, tmp_path))
    print("\n" + ", ".join(f"{number} {end}" for end, number in ends.most_common()))
    assert ends.total() - ends["refused"] >= least
