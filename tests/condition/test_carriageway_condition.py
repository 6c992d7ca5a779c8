"""Carriageway condition against the published arithmetic. Tolerances are half the last printed digit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetplan.condition import carriageway
from assetplan.reference import load_table

WORKED = {"rut": 14, "lv3": 7, "lv10": 49, "cracking": 0.5, "texture": 0.55}
WORST = {"rut": 99, "lv3": 999, "lv10": 999, "cracking": 99, "texture": 0}


def test_worked_example_of_an_a_road():
    value = carriageway.rci("A", "rural", **WORKED)
    assert value[0] == pytest.approx(136.851, abs=5e-4)  # three printed decimals
    assert carriageway.rci_band(value).tolist() == ["red"]


def test_only_the_larger_profile_variance_counts():
    without_lv3 = carriageway.rci("A", "rural", **{**WORKED, "lv3": 0})
    without_both = carriageway.rci("A", "rural", **{**WORKED, "lv3": 0, "lv10": 0})
    assert without_lv3[0] == pytest.approx(136.851, abs=5e-4)
    assert without_both[0] == pytest.approx(136.851 - 48, abs=5e-4)


def test_left_and_right_rut_give_the_deeper():
    both = carriageway.rci("A", "rural", **{**WORKED, "rut": [14, 3, np.nan]}, rut_right=[2, 14, 14])
    assert both == pytest.approx(136.851, abs=5e-4)


@pytest.mark.parametrize(
    ("road_class", "environment", "maximum"),
    [
        ("A", "urban", 315),
        ("A", "rural", 315),
        ("B", "urban", 290),  # the published cap is 315; the weights of class B never reach it
        ("B", "rural", 290),
        ("C", "rural", 290),
        ("U", "rural", 290),
        ("C", "urban", 270),
        ("U", "urban", 270),
    ],
)
def test_worst_road_scores_the_maximum_of_its_kind(road_class, environment, maximum):
    assert carriageway.rci(road_class, environment, **WORST)[0] == pytest.approx(maximum, rel=1e-12)


def test_published_caps_are_held_in_the_table():
    table = load_table("rci_parameters").query("parameter == 'total'")
    caps = {(r.road_class, r.environment): r.upper for r in table.itertuples()}
    assert caps[("A", "urban")] == caps[("B", "rural")] == 315
    assert caps[("C", "rural")] == 290
    assert caps[("U", "urban")] == 270


def test_kinds_of_road_mix_in_one_call():
    many = carriageway.rci(["A", "U"], ["rural", "urban"], **{k: [v, v] for k, v in WORST.items()})
    assert many == pytest.approx([315, 270])


kinds = st.tuples(st.sampled_from("ABCU"), st.sampled_from(["urban", "rural"]))
surveys = st.fixed_dictionaries({name: st.floats(0, 150) for name in WORST})


@given(kinds, surveys, st.sampled_from(list(WORST)), st.floats(0, 150))
@settings(derandomize=True, deadline=None)  # the same examples on any machine, however slow
def test_a_worse_parameter_never_scores_less(kind, survey, name, step):
    worse = {**survey, name: survey[name] + (-step if name == "texture" else step)}
    before, after = carriageway.rci(*kind, **survey)[0], carriageway.rci(*kind, **worse)[0]
    assert 0 <= before <= after + 1e-9  # sums of four products
    assert after <= 315


def test_missing_parameter_gives_no_score():
    assert np.isnan(carriageway.rci("A", "rural", **{**WORKED, "texture": np.nan}))[0]


def test_unknown_kind_of_road_is_named():
    with pytest.raises(ValueError, match="'M'"):
        carriageway.rci("M", "rural", **WORKED)


@pytest.mark.parametrize(
    ("value", "band"), [(0, "green"), (39.999, "green"), (40, "amber"), (99.999, "amber"), (100, "red")]
)
def test_rci_bands(value, band):
    assert carriageway.rci_band([value]).tolist() == [band]


def test_national_indicators_are_shares_of_surveyed_length():
    classes = np.array(["A", "A", "A", "A", "B", "C", "U"])
    values = [10, 50, 300, np.nan, 0, 120, 200]
    shares = carriageway.national_indicators(classes, values, [10, 10, 20, 100, 30, 10, 99])
    assert shares.loc["130-01"].tolist() == pytest.approx([0.25, 0.25, 0.5])  # the mean, 165, would say all red
    assert shares.loc["130-02"].tolist() == pytest.approx([0.75, 0, 0.25])


def test_national_indicator_with_nothing_surveyed_is_missing():
    shares = carriageway.national_indicators(["A"], [0], [10])
    assert shares.loc["130-01", "green"] == 1
    assert shares.loc["130-02"].isna().all()


@pytest.mark.parametrize(
    ("structural", "edge", "wearing", "fails"),
    [(84, 49, 59, False), (85, 0, 0, True), (0, 50, 0, True), (0, 0, 60, True), (np.nan, np.nan, 60, True)],
)
def test_cvi_fails_on_any_of_three(structural, edge, wearing, fails):
    assert carriageway.cvi_fails([structural], [edge], [wearing]).tolist() == [fails]


def test_pas2161_names():
    names = carriageway.pas2161_name([1, 2, 3, 4, 5, np.nan]).tolist()
    assert names == ["none", "minor", "moderate", "moderate to severe", "severe", None]


def test_pci_ratings():
    assert carriageway.pci_band([69.9]).tolist() == ["fair"]
    names = carriageway.pci_band([85, 70, 55, 40, 25, 10, 9.9]).tolist()
    assert names == ["good", "satisfactory", "fair", "poor", "very poor", "serious", "failed"]


def test_iri_bands_hold_both_published_ends_in_fair():
    names = carriageway.iri_band([1.49, 1.5, 2.68, 2.681]).tolist()
    assert names == ["good", "fair", "fair", "poor"]


def test_residual_life_bands_hold_both_ends_in_the_middle():
    names = carriageway.residual_life_band([0, 4.99, 5, 6.98, 15, 15.01, np.inf]).tolist()
    assert names == ["under 5", "under 5", "5 to 15", "5 to 15", "5 to 15", "over 15", "over 15"]


def test_default_widths():
    widths = carriageway.default_width(["A", "U", "C"], ["urban", "rural", "urban"])
    assert widths.tolist() == [8.76, 4.14, 7.54]
    with pytest.raises(ValueError, match="M"):
        carriageway.default_width("M", "urban")
