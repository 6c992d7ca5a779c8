"""Reference tables: every row of every one names where its numbers come from."""

from __future__ import annotations

from importlib import resources

import pytest

from assetplan.reference import load_table

TABLES = sorted(file.name.removesuffix(".csv") for file in resources.files("assetplan.reference").iterdir()
                if file.name.endswith(".csv") and file.name != "schema.csv")  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_every_row_has_its_source_and_whether_it_is_verified(name: str) -> None:
    table = load_table(name)
    assert len(table)
    assert table["source"].str.strip().str.len().gt(0).all()
    assert set(table["verified"]) <= {"yes", "no"}
