"""Claims in pounds: the published county's, a council's own, and the stream of claims that comes to them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assetplan import read_plan
from assetplan.config import make_plan
from assetplan.errors import ConfigError
from assetplan.inputs.claims import published_claims, stated_claims
from assetplan.inputs.load import Inputs, load_inputs, paying_claims
from assetplan.prices import load_prices
from assetplan.strategies import starting_condition
from assetplan.strategies.candidates import yearly_burden

STATED = {"count": 940, "repudiated": 0.8, "mean_paid": 904, "large_paid": 150_000, "price_base": 2018}


def plan_with(claims: dict) -> object:
    lines = {"footways": [1.0]}
    return make_plan(
        {
            "name": "p",
            "register": "r.gpkg",
            "first_year": 2019,
            "years": 1,
            "envelope": {"lines": lines},
            "claims": claims,
        }
    )


def today(inputs: Inputs) -> float:
    """The stream of claims at today's condition (£ a year)."""
    assets = inputs.register.assets
    index = starting_condition(assets, inputs.model).index
    return float(yearly_burden(assets, index, inputs.model, "claims").sum())


def test_published_claims_come_to_what_was_paid_in_five_years() -> None:
    claims, base = published_claims()
    assert (claims.count, base) == (940, 2018)
    # 4,700 claims, a fifth of them paid £904 each, and two large ones: £1.6m.
    assert 5 * claims.settled == pytest.approx(850_000)
    assert 5 * claims.large_paid == 750_000
    assert 5 * claims.paid == pytest.approx(1_600_000)
    assert claims.mean_paid == pytest.approx(904.26, abs=0.005)


def test_packaged_rates_come_to_the_published_claims(small_county: Path) -> None:
    """£0.32m a year for the whole county; the example is a tenth of it, with its own mix of roads and footways."""
    inputs = load_inputs(read_plan(small_county / "plan.toml"))
    assert today(inputs) / 0.1 == pytest.approx(published_claims()[0].paid, rel=0.15)


def test_the_stream_comes_to_what_the_council_pays(small_county: Path) -> None:
    inputs = load_inputs(read_plan(small_county / "plan.toml"))
    assets = inputs.register.assets
    paying = paying_claims(inputs, starting_condition(assets, inputs.model).index)
    stated = inputs.tables.claims
    assert stated is not None
    # A tenth of £320,000 in prices of 2018, at the consumer prices of 2019.
    assert stated.paid == pytest.approx(32_000 * 107.8 / 105.9, rel=1e-3)
    assert today(paying) == pytest.approx(stated.paid)
    assert today(paying) == pytest.approx(today(inputs) * paying.claims_factor)
    others = [row for group in ("footway", "carriageway_A") for row in inputs.model.consequences[group]]
    kept = [row for group in ("footway", "carriageway_A") for row in paying.model.consequences[group]]
    for before, after in zip(others, kept, strict=True):
        factor = paying.claims_factor if before.stream == "claims" else 1.0
        np.testing.assert_allclose(after.rate, np.array(before.rate) * factor)


def test_money_is_read_in_prices_of_the_first_year() -> None:
    claims = stated_claims(plan_with(STATED), load_prices(None, 2019))
    assert claims is not None
    assert claims.mean_paid == pytest.approx(904 * 107.8 / 105.9)
    assert stated_claims(plan_with({}), load_prices(None, 2019)) is None


@pytest.mark.parametrize(
    ("without", "key", "states"),
    [("mean_paid", "claims.mean_paid", "state the mean paid"), ("count", "claims.count", "state how many"),
     ("repudiated", "claims.repudiated", "as 0.8")],
)  # fmt: skip
def test_claims_without_a_mean_are_refused_with_what_to_state(without: str, key: str, states: str) -> None:
    with pytest.raises(ConfigError) as caught:
        plan_with({name: value for name, value in STATED.items() if name != without})
    (fault,) = caught.value.faults
    assert fault.column == key
    assert states in fault.rule


def test_a_price_base_that_the_indices_do_not_reach_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"claims\.price_base"):
        stated_claims(plan_with({**STATED, "price_base": 1995}), load_prices(None, 2019))
