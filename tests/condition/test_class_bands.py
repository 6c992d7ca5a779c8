"""Bands that a class of asset is shown in: a row of its table, not code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from assetplan.asset_classes import load_asset_classes
from assetplan.condition import band_names, classify, codes_of_index, from_index, is_poor, measure_of, poor_bands
from assetplan.errors import ConfigError
from assetplan.reference import load_table


def own_classes(folder: Path, drop: tuple[str, ...] = (), **changed: str) -> Path:
    """A council's own row of bridges and roads."""
    rows = load_table("asset_classes")
    rows = rows[rows["asset_class"].isin(["bridge", "carriageway"])].assign(**changed)
    file = folder / "classes.csv"
    rows.drop(columns=list(drop)).to_csv(file, index=False)
    return file


@pytest.mark.parametrize("scale", ["index", "grades", "grade", "bci", "nbi", "rci", "pas2161"])
def test_an_index_falls_in_the_band_of_the_value_that_it_stands_for(scale: str) -> None:
    index = np.linspace(0.0, 100.0, 201)
    value = index if scale == "index" else from_index(measure_of(scale), index)
    names = np.array([*band_names(scale), None], dtype=object)
    assert names[codes_of_index(scale, index)].tolist() == classify(scale, value).tolist()
    poor = np.isin(classify(scale, value).astype(str), poor_bands(scale))
    assert (is_poor(scale, index) == poor).all()


def test_states_of_the_published_chain_are_the_grades_and_failed_is_life_expired() -> None:
    assert [band_names("grades")[code] for code in codes_of_index("grades", [100, 75, 40, 15, 0])] == list("ABCDD")
    assert poor_bands("grades") == ("C", "D")
    assert poor_bands("index") == ("poor", "very poor")
    assert codes_of_index("grades", [np.nan]).tolist() == [-1]


def test_every_scale_of_a_class_cuts_a_measure_and_its_poor_bands_are_its_worst() -> None:
    table = load_table("bands")
    for scale in table.dropna(subset="measure")["scale"].unique():
        worst = poor_bands(scale)
        assert worst
        assert band_names(scale)[-len(worst) :] == worst
    with pytest.raises(ValueError, match="no measure"):
        codes_of_index("fci", [50.0])


def test_a_class_may_be_shown_in_bands_of_its_own_measure(tmp_path: Path) -> None:
    file = own_classes(tmp_path, bands=pd.Series({0: "index", 4: "bci"}))
    assert load_asset_classes(file)["bridge"].bands == "bci"


def test_a_table_without_the_column_has_bands_of_the_index(tmp_path: Path) -> None:
    classes = load_asset_classes(own_classes(tmp_path, drop=("bands",)))
    assert classes["bridge"].bands == classes["carriageway"].bands == "index"
    assert classes["building"].bands == "grades"


@pytest.mark.parametrize(("bands", "rule"), [("fci", "must be one of index"), ("rci", "the map counts roads by it")])
def test_bands_of_no_measure_and_other_bands_of_roads_are_refused(tmp_path: Path, bands: str, rule: str) -> None:
    with pytest.raises(ConfigError, match=rule):
        load_asset_classes(own_classes(tmp_path, bands=bands))
