"""The condition index and its bands: examples, and what must hold for every measure."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetplan.condition import bands, index
from assetplan.reference import load_table

MEASURES = index.measure_names()
BETTER = load_table("measures").set_index("measure")["better"].to_dict()
MAPPED = {name: (rows.min(), rows.max()) for name, rows in load_table("measure_points").groupby("measure")["value"]}

measures = st.sampled_from(MEASURES)
fractions = st.floats(0, 1)
quantities = st.lists(st.tuples(st.floats(-10, 400), st.floats(0.1, 1e4)), min_size=1, max_size=50)


def at(measure, fraction):
    low, high = MAPPED[measure]
    return min(low + fraction * (high - low), high)


def test_measures_mapped():
    assert MEASURES == ("index", "rci", "pci", "iri", "pas2161", "fns", "bci", "nbi", "grade")


def test_values_on_the_points():
    names = ["rci", "rci", "rci", "grade", "grade", "index", "bci"]
    result, clamped = index.to_index(names, [40, 100, 315, 1, 3, 37.5, 90])
    assert result.tolist() == [70, 40, 0, 100, 40, 37.5, 80]
    assert not clamped.any()


@pytest.mark.parametrize("measure", ["rci", "iri"])
def test_published_bands_of_rci_and_roughness_meet_the_same_index(measure):
    """Amber and fair begin at 70, red and poor at 40: `measure_points.csv`."""
    table = load_table("bands").query("scale == @measure")
    assert index.to_index(measure, table["low"].to_numpy()[1:])[0].tolist() == [70, 40]


def test_pavement_condition_index_is_the_index():
    values = np.linspace(0, 100, 41)
    assert index.to_index("pci", values)[0] == pytest.approx(values, abs=1e-12)


def test_straight_lines_between_points_and_one_name_for_all():
    result, _ = index.to_index("rci", [20, 70, 150])
    assert result == pytest.approx([85, 55, 27.5])


def test_values_beyond_the_points_are_held_and_flagged():
    result, clamped = index.to_index(["rci", "rci", "iri", "pci"], [-1, 400, 15, np.nan])
    assert result[:3].tolist() == [100, 0, 0]
    assert np.isnan(result[3])
    assert clamped.tolist() == [True, True, True, False]


def test_series_are_taken_and_left_alone():
    frame = pd.DataFrame({"measure": ["rci", "bci"], "value": [40.0, 65.0]}, index=[7, 3])
    before = frame.copy()
    result, _ = index.to_index(frame["measure"], frame["value"])
    assert result.tolist() == [70, 40]
    pd.testing.assert_frame_equal(frame, before)


def test_assets_without_a_measurement_stay_missing():
    result, clamped = index.to_index(["rci", "", None], [40, np.nan, np.nan])
    assert result[0] == 70
    assert np.isnan(result[1:]).all()
    assert not clamped.any()
    assert np.isnan(index.from_index(["rci", ""], [70, np.nan])).tolist() == [False, True]
    with pytest.raises(ValueError, match="no measure ''"):
        index.to_index(["rci", ""], [40, 3])


def test_no_assets_at_all():
    result, clamped = index.to_index([], [])
    assert result.shape == clamped.shape == (0,)


def test_unknown_measures_are_named():
    with pytest.raises(ValueError, match="'age'"):
        index.to_index(["rci", "age"], [1, 2])
    with pytest.raises(ValueError, match="the measures are index, rci"):
        index.measure_range("depth")


def test_shapes_must_fit():
    with pytest.raises(ValueError, match="do not fit"):
        index.to_index(["rci"], [1, 2])


def test_measure_ranges():
    assert index.measure_range("rci") == (0, 315)
    assert index.measure_range("grade") == (1, 5)
    for measure in MEASURES:
        low, high = index.measure_range(measure)
        assert low <= MAPPED[measure][0] < MAPPED[measure][1] <= high


def test_boundary_belongs_to_the_better_band():
    assert index.BANDS == ("very good", "good", "fair", "poor", "very poor")
    values = [100, 80, 79.999, 60, 40, 20, 19.999, 0, np.nan]
    expected = ["very good", "very good", "good", "good", "fair", "poor", "very poor", "very poor", None]
    assert bands.classify("index", values).tolist() == expected


def test_bands_keep_the_shape_of_their_values():
    assert bands.classify("index", [[90, 10], [50, 70]]).tolist() == [["very good", "very poor"], ["fair", "good"]]
    assert bands.band_codes("index", [[90, np.nan]]).tolist() == [[0, -1]]


@given(measures, fractions, fractions)
def test_index_is_monotone_and_within_range(measure, one, other):
    values = sorted([at(measure, one), at(measure, other)])
    (first, second), clamped = index.to_index(measure, values)
    assert 0 <= min(first, second) <= max(first, second) <= 100
    assert not clamped.any()
    assert first <= second if BETTER[measure] == "higher" else first >= second


@given(measures, fractions)
def test_index_inverts(measure, fraction):
    value = at(measure, fraction)
    there, _ = index.to_index(measure, [value])
    # Two straight lines: rounding of a few units in the last place of a number up to 315, so 1e-9 is ample.
    assert index.from_index(measure, there) == pytest.approx([value], abs=1e-9)


@given(st.floats(0, 100))
def test_bci_bands_fall_on_index_bands(value):
    assert (
        bands.classify("bci", [value]).tolist() == bands.classify("index", index.to_index("bci", [value])[0]).tolist()
    )


@given(st.sampled_from(list(dict.fromkeys(load_table("bands")["scale"]))), quantities)
def test_shares_add_up_to_one(scale, rows):
    values, quantity = np.array(rows).T
    shares = bands.share_in_bands(scale, values, quantity)
    assert shares.index.tolist() == list(bands.band_names(scale))
    assert shares.between(0, 1).all()
    assert shares.sum() == pytest.approx(1, abs=1e-9)  # a sum of at most seven quotients


@given(quantities)
def test_two_ways_of_counting_agree(rows):
    values, quantity = np.array(rows).T
    one_by_one = dict.fromkeys(index.BANDS, 0.0)
    for name, amount in zip(bands.classify("index", values), quantity, strict=True):
        one_by_one[name] += amount
    assert bands.quantity_in_bands("index", values, quantity) == pytest.approx(list(one_by_one.values()), rel=1e-9)


def test_quantities_by_year():
    values = [[90, 70], [70, 50], [np.nan, 10]]
    by_year = bands.quantity_in_bands("index", values, [1, 2, 4])
    assert by_year.tolist() == [[1, 0], [2, 1], [0, 2], [0, 0], [0, 4]]


def test_shares_are_of_length_not_of_the_mean():
    shares = bands.share_in_bands("rci", [0, 0, 0, 200], [10, 10, 10, 10])  # mean 50, amber
    assert shares.to_dict() == {"green": 0.75, "amber": 0, "red": 0.25}


groups = st.lists(st.tuples(st.floats(0, 5), st.floats(0, 1e4), st.sampled_from("abc")), min_size=1, max_size=40)


@given(groups, st.floats(0, 1))
def test_shares_by_group_are_the_shares_of_each(rows, missing):
    values, quantity, by = (np.array(column) for column in zip(*rows, strict=True))
    values = np.where(values < missing, np.nan, values)
    table = bands.share_by("fns", values, quantity, by)
    assert table.index.tolist() == list(dict.fromkeys(by))
    for name in table.index:
        alone = bands.share_in_bands("fns", values[by == name], quantity[by == name])
        pd.testing.assert_series_equal(table.loc[name], alone, check_names=False)


def test_length_of_footway_by_level_and_hierarchy():
    level, length = [1, 4, 4, 2, 3, np.nan], [300, 100, 50, 25, 25, 999]
    hierarchy = pd.Series(["link", "link", "prestige", "prestige", "prestige", "link"])
    table = bands.share_by("fns", level, length, hierarchy)
    assert table.loc["link"].to_dict() == dict(zip(bands.band_names("fns"), [0.75, 0, 0, 0.25], strict=True))
    assert table.loc["prestige"].tolist() == [0, 0.25, 0.25, 0.5]


def test_red_share_by_class_is_of_surveyed_lengths_not_of_sections():
    """Ten lengths of 10 m, two of them at 200: the mean, 40, is amber, and nothing on the road is."""
    value = [200, 0, 0, 0, 0, 200, 0, 0, 0, 0]
    table = bands.share_by("rci", value, np.full(10, 10.0), ["A"] * 10)
    assert table.loc["A"].to_dict() == {"green": 0.8, "amber": 0, "red": 0.2}
    assert bands.classify("rci", np.mean(value)) == "amber"


def test_shares_by_group_are_checked():
    with pytest.raises(ValueError, match="do not fit groups"):
        bands.share_by("rci", [1, 2], [1, 1], ["A"])
    for blank in (None, "", np.nan):
        with pytest.raises(ValueError, match="a group is missing"):
            bands.share_by("rci", [1, 2], [1, 1], ["A", blank])
    with pytest.raises(ValueError, match="0 or more"):
        bands.share_by("rci", [1], [-1], ["A"])
    assert bands.share_by("rci", [1, np.nan], [1, 1], ["A", "B"]).loc["B"].isna().all()


def test_shares_of_nothing_are_missing():
    assert bands.share_in_bands("rci", [np.nan], [10]).isna().all()


def test_quantities_are_checked():
    with pytest.raises(ValueError, match="0 or more"):
        bands.quantity_in_bands("rci", [1], [-1])
    with pytest.raises(ValueError, match="0 or more"):
        bands.quantity_in_bands("rci", [1], [np.nan])
    with pytest.raises(ValueError, match="do not fit"):
        bands.quantity_in_bands("rci", [1, 2], [1])
    with pytest.raises(ValueError, match="one dimension"):
        bands.share_in_bands("rci", [[1, 2]], [1])
    with pytest.raises(ValueError, match="no bands for scale 'colour'"):
        bands.classify("colour", [1])
