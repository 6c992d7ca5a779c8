"""What treatments emit is read as rows; what has none is not known, and every fault of a council's own is listed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from assetplan.carbon import carbon_factors, load_treatment_carbon
from assetplan.errors import ConfigError

TREATMENTS = pd.DataFrame(
    {
        "treatment": ["resurfacing", "resurfacing", "repair", "repair", "sealing"],
        "group": ["road_A", "road_B", "wall", "boiler", "road_A"],
        "unit": ["m2", "m2", "m2", "no", "m2"],
    }
)
HEADER = "treatment,group,unit,kg_co2e,source,verified\n"


def own(path: Path, *rows: str) -> Path:
    """An own table of rows."""
    path.write_text(HEADER + "".join(f"{row},a survey,no\n" for row in rows), encoding="utf-8")
    return path


def test_packaged_asphalt_is_the_published_factor_times_thickness_and_density() -> None:
    known = load_treatment_carbon(TREATMENTS)
    # 39.21249 kg a tonne, 100 mm at 2.4 t/m3; other treatments of the package are none of these.
    assert known[["treatment", "group"]].to_numpy().tolist() == [["resurfacing", ""]]
    assert known["kg_co2e"].item() == pytest.approx(39.21249 * 0.1 * 2.4, abs=5e-4)
    assert not known["verified"].any()


def test_a_row_of_its_own_group_comes_before_one_of_all_and_without_either_nothing_is_known(tmp_path: Path) -> None:
    path = own(
        tmp_path / "own.csv", "resurfacing,,m2,9", "resurfacing,road_B,m2,12", "repair,wall,m2,", "sealing,,m2,0"
    )
    factors = carbon_factors(load_treatment_carbon(TREATMENTS, path), TREATMENTS)
    np.testing.assert_equal(factors, [9, 12, np.nan, np.nan, 0])


def test_a_blank_of_its_own_group_is_not_known_whatever_all_others_emit(tmp_path: Path) -> None:
    path = own(tmp_path / "own.csv", "resurfacing,,m2,9", "resurfacing,road_B,m2,")
    factors = carbon_factors(load_treatment_carbon(TREATMENTS, path), TREATMENTS)
    np.testing.assert_equal(factors, [9, np.nan, np.nan, np.nan, np.nan])


def test_every_fault_of_a_councils_own_rows_is_listed(tmp_path: Path) -> None:
    rows = [
        "paving,,m2,1",
        "resurfacing,wall,m2,1",
        "sealing,,m,1",
        "resurfacing,,m2,-1",
        "repair,,m2,1",
        "sealing,,m,2",
    ]
    with pytest.raises(ConfigError) as caught:
        load_treatment_carbon(TREATMENTS, own(tmp_path / "own.csv", *rows))
    unit = "must be the unit that its works are counted in, one for all groups that the row is for"
    assert {(fault.row, fault.column, fault.rule) for fault in caught.value.faults} == {
        (2, "treatment", "no such treatment"),
        (3, "group", "is no group with this treatment"),
        (4, "unit", unit),
        (5, "kg_co2e", "must be a number not below 0, or blank"),
        (6, "unit", unit),  # walls by m2, boilers by number
        (7, "unit", unit),
        (7, "treatment", "is there twice for its group"),
    }
