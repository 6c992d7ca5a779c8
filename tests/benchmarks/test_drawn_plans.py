"""Three hundred drawn registers and plans through every command: how they ended."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from plans_drawn import ends_of

pytestmark = pytest.mark.benchmark


def test_three_hundred_drawn_plans(tmp_path: Path) -> None:
    ends = Counter(ends_of(450, tmp_path))
    print("\n" + ", ".join(f"{number} {end}" for end, number in ends.most_common()))
    assert ends.total() - ends["refused"] >= 300
