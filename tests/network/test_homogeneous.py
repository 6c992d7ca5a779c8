"""Homogeneous sections: by hand, and equal to the method written out slowly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from surveys_made import stretches

from assetplan.network import codes_of, homogeneous_sections


def sections(value, minimum=0.0, step=10.0, **other):
    """Sections of one link read at even steps."""
    at = np.arange(len(value)) * step
    survey = {"link": np.zeros(len(value), dtype=int), "from_m": at, "to_m": at + step, "value": value}
    survey |= {"barrier": np.zeros(len(value)), "band": np.zeros(len(value), dtype=int), "n_bands": 1}
    return homogeneous_sections(**(survey | other), minimum=minimum)


def test_the_cumulative_difference_by_hand() -> None:
    cut = sections([10, 10, 10, 30, 30, 30, 30, 10], band=np.array([0, 0, 0, 1, 1, 1, 1, 0]), n_bands=2)
    assert cut.from_m.tolist() == [0, 30, 70]  # cuts after readings 3 and 7
    assert cut.to_m.tolist() == [30, 70, 80]
    assert cut.mean.tolist() == [10, 30, 10]
    assert cut.in_band.tolist() == [[30, 0], [0, 40], [10, 0]]
    assert cut.member.tolist() == [0, 0, 0, 1, 1, 1, 1, 2]
    assert cut.first.tolist() == [0, 3, 7]


def test_a_short_section_joins_the_neighbour_nearest_in_mean() -> None:
    # About the mean of 46: 0 0 | 50 50 | 20 | 100 100, and 20 lies nearer to 50 than to 100.
    cut = sections([0, 0, 50, 50, 20, 100, 100], minimum=20)
    assert cut.to_m.tolist() == [20, 50, 70]
    assert cut.mean.tolist() == [0, 40, 100]
    cut = sections([0, 0, 100, 100, 20, 50, 50], minimum=20)
    assert cut.to_m.tolist() == [20, 40, 70]
    assert cut.mean.tolist() == [0, 100, 40]
    # As near to both: the one before.
    assert sections([50, 50, 20, 50, 50, 0, 0], minimum=20).to_m.tolist() == [30, 50, 70]


def test_a_run_without_change_or_neighbour_stays_whole() -> None:
    assert sections([0.1] * 7).to_m.tolist() == [70]
    assert sections([5.0], minimum=100).to_m.tolist() == [10]


def test_a_reading_on_the_mean_goes_with_the_one_before() -> None:
    assert sections([30, 20, 10]).to_m.tolist() == [20, 30]
    # A run that begins on its mean takes nothing from the run before.
    cut = sections([10, 30, 20, 10, 30], link=np.array([0, 0, 1, 1, 1]))
    assert cut.first.tolist() == [0, 1, 2, 4]


def test_never_across_class_surface_junction_or_gap() -> None:
    road_class = np.array(["A", "A", "A", "B", "B", "B"])
    junction = np.array([0, 1, 1, 1, 1, 1])
    cut = sections([9.0] * 6, minimum=1000, barrier=codes_of(road_class, junction))
    assert cut.to_m.tolist() == [10, 30, 60]
    at = np.array([0.0, 10.0, 35.0])
    cut = homogeneous_sections(["u"] * 3, at, at + 10, [1, 1, 1], [0] * 3, np.zeros(3, int), 1, 100)
    assert cut.from_m.tolist() == [0, 35]


def test_what_was_not_read_stays_in_its_section() -> None:
    cut = sections(
        [10, np.nan, 10, 30, np.nan, 30], band=np.array([0, -1, 0, 1, -1, 1]), n_bands=2, link=["1", "1", "1", *"111"]
    )
    assert cut.to_m.tolist() == [30, 60]
    assert cut.mean.tolist() == [10, 30]
    assert cut.in_band.tolist() == [[20, 0], [0, 20]]
    assert np.isnan(sections([np.nan, np.nan]).mean).tolist() == [True]


def test_readings_off_the_network_are_in_no_section() -> None:
    at, end = np.array([0.0, np.nan, 10.0, 20.0]), np.array([10.0, 20.0, 20.0, 20.0])
    cut = homogeneous_sections([0, 0, -1, 0], at, end, [1.0] * 4, [0] * 4, np.zeros(4, int), 1, 0)
    assert cut.member.tolist() == [0, -1, -1, -1]
    assert cut.to_m.tolist() == [10]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (
            {"to_m": np.array([10.0, 25.0, 30.0])},
            "1 stretches overlap the one before on their link, first rows 1 and 2",
        ),
        ({"to_m": np.array([10.0, 5.0, 30.0])}, "1 stretches run backwards, first row 1"),
        ({"band": np.array([0, 1, 0])}, "bands must be −1 to 0, not 0 to 1"),
    ],
)
def test_faults_are_refused(wrong, words) -> None:
    with pytest.raises(ValueError, match=words):
        sections([1.0, 2.0, 3.0], **wrong)


def slowly(link, from_m, to_m, value, barrier, minimum):
    """The method as it is published, one reading and one section at a time: lists of rows."""
    order = sorted(range(len(link)), key=lambda i: (link[i], from_m[i]))
    runs = []
    for i in order:
        last = runs[-1][-1] if runs else None
        if last is not None and (link[i], barrier[i]) == (link[last], barrier[last]) and from_m[i] - to_m[last] <= 0.5:
            runs[-1].append(i)
        else:
            runs.append([i])

    def length(rows):
        return sum(to_m[i] - from_m[i] for i in rows)

    def mean(rows):
        return sum(value[i] * (to_m[i] - from_m[i]) for i in rows) / length(rows)

    out = []
    for run in runs:
        average, area, travelled, z = mean(run), 0.0, 0.0, [0.0]
        for i in run:
            area += value[i] * (to_m[i] - from_m[i])
            travelled += to_m[i] - from_m[i]
            z.append(area - travelled * average)
        parts, sign = [[]], 0
        for i, slope in zip(run, np.diff(z), strict=True):
            now = 0 if abs(slope) < 1e-6 else np.sign(slope)
            if now * sign < 0:
                parts.append([])
            sign = now or sign
            parts[-1].append(i)
        # Equal sections take turns by the shuffled place of their first reading among the cuts.
        turn = {part[0]: place * 2654435769 % 2**32 for place, part in enumerate(parts)}
        while len(parts) > 1 and min(map(length, parts)) < minimum:
            k = min(range(len(parts)), key=lambda j: (length(parts[j]), turn[parts[j][0]]))
            away = [abs(mean(parts[j]) - mean(parts[k])) if 0 <= j < len(parts) else np.inf for j in (k - 1, k + 1)]
            first = k - 1 if away[0] <= away[1] else k
            parts[first : first + 2] = [parts[first] + parts[first + 1]]
        out += parts
    return out


@given(st.data())
def test_equal_to_the_method_written_out(data) -> None:
    survey = data.draw(stretches())
    n = len(survey["link"])
    # Powers of two: no two means are as near to a third by accident of rounding.
    value = np.array(data.draw(st.lists(st.sampled_from([1, 2, 4, 8, 16, 32]), min_size=n, max_size=n)), dtype=float)
    barrier = np.array(data.draw(st.lists(st.sampled_from([0, 0, 0, 1]), min_size=n, max_size=n)))
    minimum = data.draw(st.sampled_from([0, 10, 50, 100, 400]))
    band = (value > 4).astype(int)
    cut = homogeneous_sections(**survey, value=value, barrier=barrier, band=band, n_bands=2, minimum=minimum)
    expected = slowly(*survey.values(), value, barrier, minimum)
    assert [np.flatnonzero(cut.member == s).tolist() for s in range(len(cut.mean))] == [sorted(p) for p in expected]
    length = survey["to_m"] - survey["from_m"]
    # Sections cover the readings and no more, and hold the lengths in bands of what they cover.
    np.testing.assert_array_equal(cut.to_m - cut.from_m, [length[part].sum() for part in expected])
    np.testing.assert_array_equal(cut.in_band.sum(axis=0), np.bincount(band, length, 2))
    np.testing.assert_allclose(cut.mean @ cut.in_band.sum(axis=1), value @ length)
    for part in expected:
        assert len(set(barrier[part])) == len(set(survey["link"][part])) == 1


def test_many_short_sections_at_once() -> None:
    rng = np.random.default_rng(4)
    link = np.repeat(np.arange(40), 60)
    start = np.tile(np.arange(60) * 10.0, 40)
    value = rng.normal(50, 10, len(link))
    none = np.zeros(len(link), dtype=int)
    cut = homogeneous_sections(link, start, start + 10, value, none, none, 1, 100)
    expected = slowly(link, start, start + 10, value, none, 100)
    assert cut.first.tolist() == [part[0] for part in expected]
    assert (cut.to_m - cut.from_m).min() >= 100
