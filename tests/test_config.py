"""Plan files: unknown keys refused, defaults taken, every fault listed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assetplan.config import make_plan, read_plan
from assetplan.errors import ConfigError
from assetplan.finance import limits, published_profile

PLAN = {
    "name": "p",
    "register": "r.gpkg",
    "first_year": 2019,
    "years": 3,
    "envelope": {"lines": {"bridges": [1.0, 2.0, 3.0]}},
}


def test_defaults() -> None:
    plan = make_plan(PLAN)
    assert plan.plan_years == (2019, 2020, 2021)
    assert plan.benefit.streams[0] == "works"


@pytest.mark.parametrize(
    ("change", "key", "rule"),
    [
        ({"budget": 3}, "budget", "no such key"),
        ({"solver": {"gap": 0.1}}, "solver.gap", "no such key"),
        ({"name": ""}, "name", "at least 1 character"),
        ({"years": 0}, "years", "greater than or equal to 1"),
        ({"envelope": {"lines": {"bridges": [1.0, -2.0, 3.0]}}}, "envelope.lines.bridges.1", "greater than"),
        ({"envelope": {"lines": {"bridges": [1.0, float("nan"), 3.0]}}}, "envelope.lines.bridges.1", "finite"),
        ({"envelope": {"lines": {"bridges": [1.0]}}}, "", "has 1 amounts, but the plan has 3 years"),
        ({"benefit": {"streams": ["risk"]}}, "benefit", "must include 'works'"),
    ],
)
def test_faults_name_the_key(change: dict, key: str, rule: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make_plan({**PLAN, **change}, "plan.toml")
    fault = caught.value.faults[0]
    assert (fault.file, fault.column) == ("plan.toml", key)
    assert rule in fault.rule


def test_every_fault_is_listed_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        make_plan({**PLAN, "years": -1, "nonsense": 1, "first_year": "soon"})
    assert {fault.column for fault in caught.value.faults} >= {"years", "nonsense", "first_year"}


def test_not_toml(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text("name = [", encoding="utf-8")
    with pytest.raises(ConfigError, match="is not a TOML file"):
        read_plan(tmp_path / "plan.toml")


def test_cash_is_deflated_to_first_year_prices() -> None:
    """At 3 % a year, £20m in year 5 buys £17.770m of year-1 work (domain section 7)."""
    data = {**PLAN, "years": 5, "envelope": {"prices": "cash", "inflation": 0.03, "lines": {"bridges": [20.0] * 5}}}
    amount = limits(make_plan(data)).amount
    assert amount[0, 4] == pytest.approx(17.770e6, abs=500)  # the printed digits
    assert amount[0, 0] == 20e6


def test_published_profile_adds_up() -> None:
    """Five-year envelope of the six highway lines with current spend: £152.75m."""
    profile = published_profile()
    highways = profile.drop(index="property")
    assert highways.to_numpy().sum() == pytest.approx(152.75)
    assert highways[2019].sum() == pytest.approx(14.55 + 11)
    half = published_profile(0.5).to_numpy()
    np.testing.assert_allclose(half, profile.to_numpy() / 2, atol=5e-4)  # rounded to £1,000
