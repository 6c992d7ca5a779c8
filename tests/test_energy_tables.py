"""Tables of energy: a council's own rows take their place, a year without a row is held, and every fault is listed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from assetplan.energy import FUELS, factors_by_year, load_energy_factors, load_energy_savings, shares_saved
from assetplan.errors import ConfigError

FACTORS = "fuel,year,kg_co2e_per_kwh,source,verified\n"
SAVINGS = "treatment,group,fuel,share_saved,source,verified\n"
TREATMENTS = pd.DataFrame({"treatment": ["renewal", "renewal", "lining"], "group": ["boiler", "window", "window"]})


def own(path: Path, head: str, *rows: str) -> Path:
    """An own table of rows."""
    path.write_text(head + "".join(f"{row},a survey,no\n" for row in rows), encoding="utf-8")
    return path


def test_a_year_without_a_factor_takes_the_latest_before_it_or_the_first() -> None:
    by_year = factors_by_year(load_energy_factors(), 2023, 5)
    np.testing.assert_allclose(by_year[FUELS.index("electricity")], [0.20705, 0.20705, 0.177, 0.177, 0.177])
    np.testing.assert_allclose(by_year[FUELS.index("gas")], 0.18293)
    assert np.isnan(by_year[FUELS.index("biomass")]).all()


def test_own_factors_are_added_or_replace_the_row_of_their_fuel_and_year(tmp_path: Path) -> None:
    rows = ["electricity,2025,0.15", "electricity,2030,0.05", "biomass,2024,0.01"]
    known = load_energy_factors(own(tmp_path / "own.csv", FACTORS, *rows))
    assert known["electricity"].to_dict() == {2024: 0.20705, 2025: 0.15, 2030: 0.05}
    assert known["biomass"].to_dict() == {2024: 0.01}
    np.testing.assert_allclose(factors_by_year(known, 2028, 3)[0], [0.15, 0.15, 0.05])


def test_a_saving_of_a_group_comes_before_that_of_all_and_packaged_ones_of_other_treatments_are_none(
    tmp_path: Path,
) -> None:
    assert load_energy_savings(TREATMENTS).empty
    rows = ["renewal,,gas,0.2", "renewal,window,gas,0.1", "renewal,window,electricity,0.05"]
    savings = load_energy_savings(TREATMENTS, own(tmp_path / "own.csv", SAVINGS, *rows))
    shares = shares_saved(savings, list(TREATMENTS.itertuples(index=False, name=None)))
    electricity, gas = FUELS.index("electricity"), FUELS.index("gas")
    assert shares[:, gas].tolist() == [0.2, 0.1, 0]
    assert shares[:, electricity].tolist() == [0, 0.05, 0]


def test_every_fault_of_own_rows_is_listed(tmp_path: Path) -> None:
    factors = ["steam,2025,0.1", "gas,25,0.1", "gas,2025,-0.1", "oil,2025,0.2", "oil,2025,0.3"]
    with pytest.raises(ConfigError) as caught:
        load_energy_factors(own(tmp_path / "factors.csv", FACTORS, *factors))
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        (2, "fuel"), (3, "year"), (4, "kg_co2e_per_kwh"), (6, "year"),
    ]  # fmt: skip
    savings = ["paint,,gas,0.1", "lining,boiler,gas,0.1", "lining,,wind,0.1", "lining,,gas,1.2", "renewal,,gas,0.1"]
    with pytest.raises(ConfigError) as caught:
        load_energy_savings(TREATMENTS, own(tmp_path / "savings.csv", SAVINGS, *savings, "renewal,,gas,0.2"))
    assert {(fault.row, fault.column) for fault in caught.value.faults} == {
        (2, "treatment"), (3, "group"), (4, "fuel"), (5, "share_saved"), (7, "treatment"),
    }  # fmt: skip
