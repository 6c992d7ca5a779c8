"""A programme keeps no energy of its assets: those that none is saved on are explained all the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

import assetplan

SAVES = (
    "treatment,group,fuel,share_saved,source,verified\nsurface_dressing,,electricity,0.1,invented for this test,no\n"
)


@pytest.mark.parametrize(("asset_class", "saved"), [("bridge", False), ("carriageway", True)])
def test_an_asset_of_a_plan_with_energy_is_explained(asset_class: str, saved: bool, two_programmes) -> None:
    programme = two_programmes[0]
    plan = programme.settings["plan"] | {"energy": {"prices": {"electricity": 0.3}}}
    tables = programme.settings["tables"] | {"energy_savings": {"file": "savings.csv", "text": SAVES}}
    settled = replace(programme, settings=programme.settings | {"plan": plan, "tables": tables})
    asset = programme.assets.loc[programme.assets["asset_class"] == asset_class, "asset_id"].iloc[0]
    text = " ".join(assetplan.explain(settled, asset).text().split())
    assert ("treatments of its group save energy, and the programme does not keep what it uses" in text) == saved
