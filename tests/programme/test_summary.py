"""Reading summary.json: every fault by its key, and which version wrote the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from assetplan import __version__
from assetplan.errors import RegisterError
from assetplan.programme import Programme, Summary
from assetplan.programme.summary import FORM
from assetplan.programme.summary_file import read_summary, summary_of


def faults(content: dict[str, Any]) -> list[str]:
    with pytest.raises(RegisterError) as caught:
        summary_of(content)
    return [f"{fault.column}: {fault.rule}" for fault in caught.value.faults]


@pytest.fixture(scope="module")
def content(small_programme: Programme) -> dict[str, Any]:
    return json.loads(small_programme.summary.as_json())


def test_a_summary_comes_back_as_it_was(small_programme: Programme, tmp_path: Path) -> None:
    (tmp_path / "summary.json").write_text(small_programme.summary.as_json(), encoding="utf-8")
    back = read_summary(tmp_path / "summary.json")
    assert back == small_programme.summary
    assert hash(back) == hash(small_programme.summary)
    assert back.as_json() == small_programme.summary.as_json()


def test_a_summary_cannot_be_changed(small_programme: Programme) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        small_programme.summary.benefit = 0.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"years": [2019, 2021]}, "years: must list the plan's years, one after the other"),
        ({"years": "2019"}, "years: must list the plan's years, one after the other"),
        ({"benefit": "much"}, "benefit: must be a number"),
        ({"gap": float("nan")}, "gap: must be a number"),
        ({"bound": True}, "bound: must be a number"),
        ({"assets": 1.5}, "assets: must be a whole number"),
        ({"title": None}, "title: must be text"),
        ({"prices_known": "yes"}, "prices_known: must be true or false"),
        ({"spend": {}}, "spend: must be a list"),
        ({"lint": [{"check": "x", "message": 3}]}, "lint[1].message: must be text"),
        ({"lint": [{"check": "x"}]}, "lint[1].message: this key is missing"),
        ({"lint": ["x"]}, "lint[1]: must hold keys and values"),
        ({"kinds": [{"kind": "x", "amount": 1.0, "colour": "red"}]}, "kinds[1].colour: is no key that this version"),
        ({"phasing": {"cases": []}}, "phasing.amounts: this key is missing"),
        ({"finance": 3}, "finance: must be a list of tables"),
        ({"title": "\ud800"}, ": "),
    ],
)
def test_a_fault_names_its_key(content: dict[str, Any], changes: dict[str, Any], fault: str) -> None:
    listed = faults({**content, **changes})
    assert any(text.startswith(fault) for text in listed), listed
    assert any(text.startswith("version: was written by assetplan 0.1.0") for text in listed)


def test_every_fault_is_listed_and_one_that_repeats_once(content: dict[str, Any]) -> None:
    bare = [{name: value for name, value in row.items() if name != "unit"} for row in content["condition"]]
    listed = faults({**content, "condition": bare, "cost": "x", "note": 1})
    assert len(listed) == 4
    assert f"condition[1].unit: this key is missing (here and in {len(bare) - 1:,} more rows)" in listed


@pytest.mark.parametrize("form", [None, 1, FORM + 1])
def test_a_summary_of_another_form_names_who_wrote_it_and_what_mends_it(content: dict[str, Any], form: object) -> None:
    other = {**content, "version": "0.0.9", "form": form}
    if form is None:
        del other["form"]
    text = " ".join(faults(other))
    assert f"form: must be {FORM}" in text
    assert f"was written by assetplan 0.0.9, and this is {__version__}: plan again" in text


def test_a_summary_without_a_version_is_a_fault() -> None:
    text = " ".join(faults({}))
    assert "does not say which version wrote it" in text
    for key in Summary.model_fields:
        assert f"{key}: " in text


@pytest.mark.parametrize("value", [None, True, 3, -1.5, "x", [], [3], [{"a": 1}], [[]], {}, {"a": 1}], ids=repr)
def test_no_content_ends_in_anything_but_faults(content: dict[str, Any], value: object) -> None:
    faults(dict.fromkeys(Summary.model_fields, value))
