"""Provisional and confirmed tax base are two scenarios of one plan, and what differs is put down to the tax base."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from places import ROOT
from round_cases import PLAN, write_inputs

import assetplan
from assetplan.rounds import RoundFile, read_round_file

BORROWED = """
[[borrowing]]
name = "PWLB"
rate = 0.028
years = 30
method = "eip"
[tax_base]
base = 246_841
growth = 0.02
homes = [5_000, 5_100, 5_200, 5_300, 5_400]
band_d = [1468.84]
confirmed = 2019
share = 0.04
"""


@pytest.fixture
def stated(tmp_path: Path) -> RoundFile:
    """The round of docs/rounds.md, on a small plan of five years that borrows."""
    page = (ROOT / "docs" / "rounds.md").read_text(encoding="utf-8")
    example = re.search(r'```toml\n(name = "Tax bases 2019".*?)```', page, re.DOTALL)
    assert example
    plan = re.sub(r"= \[(\S+), .*\]", r"= [\1, \1, \1, \1, \1]", PLAN).replace("years = 3", "years = 5")
    plan = plan.replace('unit = "£"', 'unit = "£"\nprices = "cash"\ninflation = 0.02')
    write_inputs(tmp_path, plan + BORROWED)
    (tmp_path / "round.toml").write_text(example[1], encoding="utf-8")
    return read_round_file(tmp_path / "round.toml")


def test_the_page_states_them_as_two_scenarios(stated: RoundFile) -> None:
    provisional, confirmed = (scenario.plan.tax_base for scenario in stated.scenarios)
    assert provisional is not None
    assert confirmed is not None
    assert (provisional.confirmed, confirmed.confirmed) == (2019, 2020)
    assert provisional.homes != confirmed.homes
    assert (provisional.band_d, provisional.share) == (confirmed.band_d, confirmed.share)


@pytest.mark.slow
def test_what_differs_is_put_down_to_the_tax_base(stated: RoundFile) -> None:
    provisional, confirmed = (assetplan.plan(scenario.plan) for scenario in stated.scenarios)
    compared = assetplan.compare(provisional, confirmed)
    assert set(compared.settings["key"]) == {"tax_base.confirmed", "tax_base.homes"}
    assert set(compared.assets["cause"]) <= {"tax_base", "possible", "close"}
    assert compared.causes()["cause"].iloc[0] == "tax_base"
    assert confirmed.settings is not None
    plan = confirmed.settings["plan"]
    dearer = {**plan, "borrowing": [{**plan["borrowing"][0], "rate": 0.05}]}
    other = replace(confirmed, settings={**confirmed.settings, "plan": dearer})
    assert "tax_base" not in set(assetplan.compare(provisional, other).assets["cause"]), "the rate differs too"
