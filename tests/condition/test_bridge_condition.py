"""Bridge condition against the published arithmetic. Tolerances are half the last printed digit."""

import numpy as np
import pytest

from assetplan.condition import bridge, classify
from assetplan.reference import load_table

# Primary deck, abutment, joint, waterproofing, footway surfacing.
FIVE = {"element": [1, 9, 18, 17, 25], "severity": [3, 2, 4, 3, 2], "extent": ["C", "B", "D", "B", "C"]}


def test_score_to_index():
    # Exact: small whole numbers and halves.
    assert bridge._bci_from_score([1, 2, 3, 4, 5]).tolist() == [100, 81, 58, 31, 0]


def test_every_element_score_of_the_method():
    printed = {"1A": 1.0} | {f"5{extent}": 5.0 for extent in "BCDE"}
    printed |= {f"{s}{e}": s + part for s in (2, 3, 4) for e, part in zip("BCDE", (0.0, 0.1, 0.3, 0.7), strict=True)}
    severity, extent = [int(pair[0]) for pair in printed], [pair[1] for pair in printed]
    assert bridge._element_score(severity, extent) == pytest.approx(list(printed.values()), rel=1e-15)
    assert len(load_table("bridge_elements").query("kind == 'score'")) == len(printed) == 17


def test_factors_of_importance():
    rows = load_table("bridge_elements").query("kind == 'importance'").set_index("key")
    assert rows["condition_factor"].to_dict() == {"very high": 0.0, "high": 0.3, "medium": 0.6, "low": 1.2}
    assert rows["importance_factor"].to_dict() == {"very high": 2.0, "high": 1.5, "medium": 1.2, "low": 1.0}


def test_element_score_that_does_not_exist():
    with pytest.raises(ValueError, match="1B"):
        bridge._element_score([1], ["B"])


def test_element_indices_of_the_five_element_bridge():
    score = bridge._element_score(FIVE["severity"], FIVE["extent"])
    index = bridge._element_index(score, ["very high", "high", "high", "medium", "low"])
    assert index == pytest.approx([3.1, 1.775, 4.2475, 2.7, 1.23], abs=1e-9)
    with pytest.raises(ValueError, match="middling"):
        bridge._element_index([2.0], ["middling"])


def test_index_of_an_element_never_falls_below_one():
    assert bridge._element_index([1.0], ["low"]).tolist() == [1.0]


def test_five_element_bridge():
    result = bridge.bridge_condition(["Mill Lane"] * 5, **FIVE).loc["Mill Lane"]
    assert result["bcs_av"] == pytest.approx(2.73663, abs=5e-6)
    assert result["bci_av"] == pytest.approx(64.4455, abs=5e-5)
    assert result["bci_crit"] == pytest.approx(55.48, abs=5e-3)
    assert classify("bci", [result["bci_av"]]).tolist() == ["poor"]


def test_uninspected_elements_are_left_out():
    element = [*FIVE["element"], 11, 1, 17]
    severity = [*FIVE["severity"], np.nan, np.nan, 1]
    extent = [*FIVE["extent"], None, None, "A"]
    names = ["Mill Lane"] * 6 + ["Not seen", "Deck not seen"]
    result = bridge.bridge_condition(names, element, severity, extent)
    assert result.loc["Mill Lane", "bci_av"] == pytest.approx(64.4455, abs=5e-5)
    assert result["elements"].to_dict() == {"Mill Lane": 5, "Not seen": 0, "Deck not seen": 1}
    assert result.loc["Not seen", ["bcs_av", "bci_av", "bci_crit"]].isna().all()
    assert result.loc["Deck not seen", "bci_av"] == 100
    assert np.isnan(result.loc["Deck not seen", "bci_crit"])


def test_unknown_element_is_named():
    with pytest.raises(ValueError, match="99"):
        bridge.bridge_condition(["b"], [99], [1], ["A"])


def test_importance_and_critical_set_by_element_number():
    rows = load_table("bridge_elements").query("kind == 'element'")
    numbers = rows.set_index("importance")["key"].astype(int).groupby(level=0).apply(set)
    assert numbers["very high"] == {1, 3, 4, 11, 12}
    assert numbers["high"] == {2, 5, 6, 7, 8, 9, 10, 13, 18, 23}
    assert numbers["low"] == {25, 30, 33}
    assert set().union(*numbers) == set(range(1, 35))
    critical = rows.loc[rows["critical"] == "yes", "key"].astype(int)
    assert set(critical) == {1, 2, 3, 4, 11, 12}


def test_bci_bands():
    names = classify("bci", [90, 89.99, 80, 65, 40, 39.99]).tolist()
    assert names == ["very good", "good", "good", "fair", "poor", "very poor"]


def test_stock_index_is_weighted_by_deck_area():
    assert bridge.stock_index([90, 60, np.nan], [100, 300, 1000]) == pytest.approx(67.5)
    assert np.isnan(bridge.stock_index([np.nan], [10]))
    with pytest.raises(ValueError, match="deck area"):
        bridge.stock_index([90], [-1])
    with pytest.raises(ValueError, match="fit"):
        bridge.stock_index([90], [1, 2])


def test_nbi_rating_is_the_lowest_part():
    nan = np.nan
    rating = bridge.nbi_rating([7, nan, nan], [6, nan, nan], [8, nan, nan], [nan, 4, nan])
    assert rating[:2].tolist() == [6, 4]
    assert classify("nbi", [9, 7, *rating, 5, 0]).tolist() == [
        *["good", "good", "fair", "poor", None, "fair", "poor"],
    ]


def test_posting_levels():
    posted = bridge.posting_level([16, 44, 60, 43.9, 40, 26, 18, 7.5, 3, 2.9, 0])
    assert posted.tolist() == [7.5, 44, 44, 40, 40, 26, 18, 7.5, 3, 0, 0]
    assert np.isnan(bridge.posting_level(np.nan))
    with pytest.raises(ValueError, match="negative"):
        bridge.posting_level(-1)


def test_substandard_is_below_full_loading():
    assert bridge.substandard([44, 43.9, np.nan]).tolist() == [False, True, False]
