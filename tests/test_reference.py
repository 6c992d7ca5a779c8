"""Reference tables: every row of every one names where its numbers come from."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from assetplan.reference import load_table

FILES = {Path(str(file)) for file in resources.files("assetplan.reference").iterdir()}
# These declare columns and hold no figures; a follow-on policy is the council's.
DECLARATIONS = {"schema", "statements", "statement_columns", "json_keys", "follow_on"}
TABLES = sorted({path.stem for path in FILES if path.suffix == ".csv"} - DECLARATIONS)


@pytest.mark.parametrize("name", TABLES)
def test_every_row_has_its_source_and_whether_it_is_verified(name: str) -> None:
    table = load_table(name)
    assert len(table)
    assert table["source"].str.strip().str.len().gt(0).all()
    assert set(table["verified"]) <= {"yes", "no"}
