"""Tables against the schema: types, and every fault by row and column."""

import numpy as np
import pandas as pd
import pytest

from assetplan import schema
from assetplan.reference import load_table

SOUND = {"asset_id": ["a", "b"], "asset_class": ["bridge", "signal"], "quantity": [10.0, 1.0]}


def rules(frame: pd.DataFrame, table: str = "assets") -> set[tuple[int, str, str]]:
    return {(fault.row, fault.column, fault.rule) for fault in schema.conform(frame, table, "f.csv")[1]}


def test_every_row_of_the_schema_has_its_type_and_description() -> None:
    table = load_table("schema")
    assert set(table["type"]) <= {"text", "choice", "number", "whole", "positive", "year"}
    assert set(table["required"]) == {"yes", "no"}
    assert table["description"].notna().all()
    assert not table.duplicated(["table", "column"]).any()


def test_a_table_gets_exactly_the_schemas_columns_and_types() -> None:
    frame = pd.DataFrame(SOUND | {"colour": ["red", "blue"]}, index=[5, 7])
    clean, faults = schema.conform(frame, "assets", "f.csv")
    assert not faults
    assert clean.columns.tolist() == schema.columns("assets")
    assert clean.index.tolist() == [5, 7]
    assert clean["name"].tolist() == ["", ""]
    assert clean["value"].isna().all()
    assert "colour" in frame.columns


def test_every_fault_is_listed_with_its_row_and_column() -> None:
    frame = pd.DataFrame(
        {
            "asset_id": ["a", "a", "", "d"],
            "asset_class": ["bridge", "lamp", "signal", None],
            "quantity": ["0", "ten", "inf", "5"],
            "width_m": [101, 5, 5, 5],
            "built_year": [1999.5, 999, 2000, np.nan],
        }
    )
    classes = "must be one of carriageway, footway, drainage, signal, bridge, building; "
    classes += "tables.asset_classes of the plan may add one"
    assert rules(frame) == {
        (2, "quantity", "must be above 0"),
        (2, "width_m", "must be at most 100"),
        (2, "built_year", "must be a whole year"),
        (3, "asset_id", "is there more than once"),
        (3, "asset_class", classes),
        (3, "quantity", "must be a number"),
        (3, "built_year", "must be at least 1000"),
        (4, "asset_id", "a value is required"),
        (4, "quantity", "must be a number"),
        (5, "asset_class", "a value is required"),
    }


def test_priorities_are_whole_numbers_or_blank() -> None:
    frame = pd.DataFrame(SOUND | {"asset_class": "building", "priority": ["1", ""]})
    clean, faults = schema.conform(frame, "assets", "f.csv")
    assert not faults
    assert clean["priority"].tolist()[0] == 1
    assert np.isnan(clean["priority"].iloc[1])
    assert rules(frame.assign(priority=[2.5, 5])) == {
        (2, "priority", "must be a whole number"),
        (3, "priority", "must be at most 4"),
    }


def test_texture_in_another_unit_is_refused() -> None:
    frame = pd.DataFrame(SOUND | {"texture_mm": ["0.55", ""]})
    assert not schema.conform(frame, "assets", "f.csv")[1]
    assert rules(frame.assign(texture_mm=[55.0, -0.1])) == {
        (2, "texture_mm", "must be at most 50"),
        (3, "texture_mm", "must be at least 0"),
    }


def test_a_missing_column_is_listed_once() -> None:
    frame = pd.DataFrame(SOUND).drop(columns="quantity")
    assert rules(frame) == {(0, "quantity", "this column is missing")}


def test_identifiers_stay_text() -> None:
    frame = pd.DataFrame(SOUND | {"asset_id": [10001234.0, np.nan]})
    clean, faults = schema.conform(frame, "assets", "f.csv")
    assert clean["asset_id"].tolist() == ["10001234", ""]
    assert len(faults) == 1
    clean, _ = schema.conform(pd.DataFrame(SOUND | {"asset_id": ["007", " 8 "]}), "assets", "f.csv")
    assert clean["asset_id"].tolist() == ["007", "8"]


def test_rows_may_be_the_users_own() -> None:
    frame = pd.DataFrame(SOUND | {"quantity": [-1, 2]}, index=[3, 9])
    faults = schema.conform(frame, "assets", "f.csv", pd.Series([40, 41], index=frame.index))[1]
    assert [(fault.row, fault.value) for fault in faults] == [(40, "-1")]


def test_choices_and_empty_tables() -> None:
    assert schema.choices("assets", "road_class") == ("A", "B", "C", "U")
    assert schema.empty("places").columns.tolist() == ["name", "kind", "population", "homes"]
    with pytest.raises(KeyError):
        schema.choices("assets", "name")
    with pytest.raises(KeyError):
        schema.columns("lamps")


def test_many_faults_are_listed_quickly() -> None:
    count = 50_000
    frame = pd.DataFrame({"asset_id": [f"a{n}" for n in range(count)], "asset_class": "lamp", "quantity": 1.0})
    assert len(schema.conform(frame, "assets", "f.csv")[1]) == count
