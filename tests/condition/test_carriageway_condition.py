"""Carriageway condition against the published arithmetic. Tolerances are half the last printed digit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetplan.condition import carriageway, classify, to_index
from assetplan.reference import load_table

WORKED = {"rut": 14, "lv3": 7, "lv10": 49, "cracking": 0.5, "texture": 0.55}
WORST = {"rut": 99, "lv3": 999, "lv10": 999, "cracking": 99, "texture": 0}


def test_worked_example_of_an_a_road():
    value = carriageway.rci("A", "rural", **WORKED)
    assert value[0] == pytest.approx(136.851, abs=5e-4)  # three printed decimals
    assert classify("rci", value).tolist() == ["red"]


@pytest.mark.parametrize(
    ("name", "points"),
    [("rut", 40), ("lv3", 40), ("lv10", 48), ("cracking", 11.351), ("texture", 37.5)],
)
def test_each_part_of_the_worked_example(name, points):
    sound = {"rut": 0, "lv3": 0, "lv10": 0, "cracking": 0, "texture": 9}
    alone = carriageway.rci("A", "rural", **{**sound, name: WORKED[name]})
    assert alone[0] == pytest.approx(points, abs=5e-4)  # three printed decimals


THRESHOLDS = {  # lower and upper by class, as printed
    "rut": {"A": (10, 20), "B": (10, 20), "C": (10, 20), "U": (10, 20)},
    "lv3": {"A": (4, 10), "B": (5, 13), "C": (7, 17), "U": (8, 20)},
    "lv10": {"A": (21, 56), "B": (27, 71), "C": (35, 93), "U": (41, 110)},
    "cracking": {"A": (0.15, 2.0), "B": (0.15, 2.0), "C": (0.15, 2.0), "U": (0.15, 2.0)},
    "texture": {"A": (0.7, 0.4), "B": (0.6, 0.3), "C": (0.6, 0.3), "U": (0.6, 0.3)},
}
WEIGHT = {"rut": 100, "lv3": 80, "lv10": 60, "cracking": 60}
TEXTURE = {"A": (75, 75), "B": (75, 75), "C": (50, 30), "U": (50, 30)}  # rural, urban


@pytest.mark.parametrize("road_class", "ABCU")
@pytest.mark.parametrize("name", THRESHOLDS)
def test_thresholds_and_weights_of_every_class(road_class, name):
    low, high = THRESHOLDS[name][road_class]
    sound = {"rut": 0, "lv3": 0, "lv10": 0, "cracking": 0, "texture": 9}
    for place, environment in enumerate(["rural", "urban"]):
        weight = TEXTURE[road_class][place] if name == "texture" else WEIGHT[name]
        values = [low, (low + high) / 2, high, 2 * high - low]
        scores = [carriageway.rci(road_class, environment, **{**sound, name: value})[0] for value in values]
        assert scores == pytest.approx([0, weight / 2, weight, weight], abs=1e-9)  # a few roundings of 100


def test_only_the_larger_profile_variance_counts():
    without_lv3 = carriageway.rci("A", "rural", **{**WORKED, "lv3": 0})
    without_both = carriageway.rci("A", "rural", **{**WORKED, "lv3": 0, "lv10": 0})
    assert without_lv3[0] == pytest.approx(136.851, abs=5e-4)
    assert without_both[0] == pytest.approx(136.851 - 48, abs=5e-4)


def test_texture_counts_on_b_roads_as_on_a_roads():
    """The worked survey on a B road: 40 + max(20, 30) + 11.351 + 12.5, its texture weighted by 0.75."""
    assert carriageway.rci("B", "rural", **WORKED)[0] == pytest.approx(93.851, abs=5e-4)


def test_the_worked_road_without_what_texture_adds():
    """Its 37.5 points of texture gone, 99.351 are left: index 70 − 30 · 59.351 / 60."""
    points = carriageway.texture_points("A", "rural", [WORKED["texture"], 0.7, 5.0, 0.1, np.nan])
    assert points == pytest.approx([37.5, 0, 0, 75, np.nan], nan_ok=True)
    index, _ = to_index("rci", [136.851, 20.0])
    assert index == pytest.approx([30.78725, 85.0])
    assert carriageway.with_sound_texture(index, 37.5) == pytest.approx([40.3245, 100.0])


def test_left_and_right_rut_give_the_deeper():
    both = carriageway.rci("A", "rural", **{**WORKED, "rut": [14, 3, np.nan]}, rut_right=[2, 14, 14])
    assert both == pytest.approx(136.851, abs=5e-4)


@pytest.mark.parametrize(
    ("road_class", "environment", "maximum"),
    [
        ("A", "urban", 315),
        ("A", "rural", 315),
        ("B", "urban", 315),
        ("B", "rural", 315),
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
    assert classify("rci", [value]).tolist() == [band]


def test_national_indicators_are_shares_of_surveyed_length():
    classes = np.array(["A", "A", "A", "A", "B", "C", "U"])
    values = [10, 50, 300, np.nan, 0, 120, 200]
    shares = carriageway.national_indicators(classes, values, [10, 10, 20, 100, 30, 10, 99])
    assert shares.loc["130-01"].tolist() == pytest.approx([0.25, 0.25, 0.5])  # the mean, 165, would be all red
    assert shares.loc["130-02"].tolist() == pytest.approx([0.75, 0, 0.25])


def test_national_indicator_with_nothing_surveyed_is_missing():
    shares = carriageway.national_indicators(["A"], [0], [10])
    assert shares.loc["130-01", "green"] == 1
    assert shares.loc["130-02"].isna().all()


def test_pas2161_names():
    names = classify("pas2161", [1, 2, 3, 4, 5, np.nan]).tolist()
    assert names == ["none", "minor", "moderate", "moderate to severe", "severe", None]


def test_pci_ratings():
    assert classify("pci", [69.9]).tolist() == ["fair"]
    names = classify("pci", [85, 70, 55, 40, 25, 10, 9.9]).tolist()
    assert names == ["good", "satisfactory", "fair", "poor", "very poor", "serious", "failed"]


def test_iri_bands_hold_both_published_ends_in_fair():
    names = classify("iri", [1.49, 1.5, 2.68, 2.681]).tolist()
    assert names == ["good", "fair", "fair", "poor"]


def test_residual_life_bands_hold_both_ends_in_the_middle():
    names = classify("residual_life", [0, 4.99, 5, 6.98, 15, 15.01, np.inf]).tolist()
    assert names == ["under 5", "under 5", "5 to 15", "5 to 15", "5 to 15", "over 15", "over 15"]


def test_default_widths():
    classes = np.repeat(list("ABCU"), 2)
    widths = carriageway.default_width(classes, ["urban", "rural"] * 4)
    assert widths.tolist() == [8.76, 6.66, 7.37, 5.88, 7.54, 4.63, 6.38, 4.14]
    assert carriageway.default_width("U", "rural").tolist() == [4.14]
    with pytest.raises(ValueError, match="M"):
        carriageway.default_width("M", "urban")
