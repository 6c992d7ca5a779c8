"""Stages that plans have in common are made once, and a plan is the same with them as without."""

import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from round_cases import PLAN, write_inputs

import assetplan
from assetplan import preparation
from assetplan.config import Plan, make_plan
from assetplan.preparation import Clock, Prepared, SharedStages, prepare

LINES = {
    "carriageway_preventative": [1e4] * 3,
    "carriageway_major": [9e4] * 3,
    "bridges": [5e4] * 3,
    "footways": [9e3] * 3,
}
LATE = {  # what there is to spend, to hold to, to seek
    "envelope": {"unit": "£", "prices": "cash", "inflation": 0.02, "lines": LINES},
    "targets": [{"asset_class": "carriageway", "year": 2021, "below": 40.0, "at_most": 0.9}],
    "objective": {"of": "least cost"},
    "solver": {"target_gap": 0.01},
}
FEWER_LINES = {"envelope": {"unit": "£", "lines": {"bridges": [5e4] * 3}}}  # a line that is gone funds no treatments
DEARER = {"inflation": {"construction": {"above": 0.01, "of": ["works"]}}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_inputs(tmp_path_factory.mktemp("plans"))


def changed(folder: Path, changes: dict[str, Any]) -> Plan:
    return make_plan(tomllib.loads(PLAN) | changes, folder / "plan.toml")


def made(plan: Plan, shared: SharedStages | None = None) -> Prepared:
    return prepare(plan, None, Clock(lambda stage: None), shared)


def assert_same(one: Prepared, other: Prepared) -> None:
    mine, own = one.formulation.problem, other.formulation.problem
    for name in ("benefit", "starts", "caps", "floors"):
        assert np.array_equal(getattr(mine, name), getattr(own, name)), name
    assert (mine.usage != own.usage).nnz == 0
    assert mine.resources == own.resources
    assert one.inputs.digests == other.inputs.digests


@pytest.mark.slow  # eight small plans up to their problem
def test_plans_share_what_they_have_in_common_and_no_more(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads, read = [], preparation.read_register
    monkeypatch.setattr(preparation, "read_register", lambda *names: reads.append(names) or read(*names))
    shared = SharedStages()
    base, late, fewer, dearer = (made(changed(folder, each), shared) for each in ({}, LATE, FEWER_LINES, DEARER))
    assert len(reads) == 1
    assert late.options is base.options
    assert len({id(each.options) for each in (base, fewer, dearer)}) == 3
    for plan, own in ((late, LATE), (fewer, FEWER_LINES), (dearer, DEARER)):
        assert_same(plan, made(changed(folder, own)))


@pytest.mark.slow  # four small plans
@pytest.mark.parametrize("spent", ["worst_first", "optimised"])
def test_a_plan_after_another_is_as_it_is_alone(folder: Path, tmp_path: Path, spent: str) -> None:
    forecast = {"futures": 3, "current_spend": spent}
    money = {"unit": "£", "lines": LINES, "current": {line: years[0] / 2 for line, years in LINES.items()}}
    less = money | {"lines": {line: [0.8 * each for each in years] for line, years in LINES.items()}}
    first, second = (changed(folder, {"envelope": each, "forecast": forecast}) for each in (money, less))
    shared = SharedStages()
    assetplan.plan(first, shared=shared)
    after, alone = (assetplan.plan(second, shared=each) for each in (shared, None))
    folders = [each.write(tmp_path / name) for name, each in {"after": after, "alone": alone}.items()]
    for name in ("assets.parquet", "strategies.parquet", "programme.csv"):
        assert len({(each / name).read_bytes() for each in folders}) == 1
    summaries = [json.loads((each / "summary.json").read_text(encoding="utf-8")) for each in folders]
    assert {**summaries[0], "seconds": {}} == {**summaries[1], "seconds": {}}


def test_a_register_that_was_written_anew_is_read_anew(tmp_path: Path) -> None:
    shared = SharedStages()
    first = made(changed(write_inputs(tmp_path), {}), shared)
    assert made(changed(write_inputs(tmp_path), {}), shared).options is not first.options
