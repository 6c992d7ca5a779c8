"""The risk register: scores, bands, movement, reviews, and identifiers that are never used again."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from assetplan import schema
from assetplan.assurance.risk_scale import band_of, load_risk_mapping
from assetplan.assurance.risks import heat_map, moved, read_risks, risk_report
from assetplan.errors import ConfigError, RegisterError

DAY = datetime.date(2026, 11, 27)
RISK = {
    "risk_id": "R001", "cause": "Scour", "event": "A bridge fails", "consequence": "A road is closed", "owner": "Smith",
    "likelihood": 3, "impact": 5, "target_likelihood": 2, "target_impact": 5, "reviewed": "2026-09-01",
    "controls": "Inspections; Weight limits", "control_owners": "Bridges", "actions": "Scour survey; Strengthen",
    "action_owners": "Bridges; Design", "action_dates": "2026-10-31; 2027-03-31",
}  # fmt: skip


def register(folder: Path, *rows: dict, name: str = "risks.csv"):
    """A register of risks, each as one stated but for what differs."""
    path = folder / name
    pd.DataFrame([RISK | row for row in rows] or [RISK]).to_csv(path, index=False)
    return read_risks(path)


def faults(folder: Path, *rows: dict) -> list[tuple[int, str, str]]:
    with pytest.raises(RegisterError) as caught:
        register(folder, *rows)
    return [(fault.row, fault.column, fault.rule) for fault in caught.value.faults]


def test_every_product_of_two_levels_has_its_band() -> None:
    by_hand = {
        "low": [1, 2, 3, 4, 5, 6], "medium": [8, 9, 10, 12, 15], "high": [16, 20, 25],
    }  # fmt: skip
    products = sorted({a * b for a in range(1, 6) for b in range(1, 6)})
    assert products == sorted(score for scores in by_hand.values() for score in scores)
    for band, scores in by_hand.items():
        assert band_of(np.array(scores, dtype=float)).tolist() == [band] * len(scores)
    with pytest.raises(ValueError, match="7 is no product"):
        band_of(np.array([7.0]))


def test_a_risk_has_its_score_and_the_one_to_come_to(tmp_path: Path) -> None:
    row = register(tmp_path).risks.iloc[0]
    assert (row["score"], row["band"], row["target_score"], row["target_band"]) == (15, "medium", 10, "medium")
    assert row["status"] == "open"


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        ({"target_likelihood": 4}, "target_likelihood", "the target score, 20, is above the current score, 15"),
        ({"likelihood": 6}, "likelihood", "must be at most 5"),
        ({"impact": 0}, "impact", "must be at least 1"),
        ({"impact": 2.5}, "impact", "must be a whole number"),
        ({"owner": ""}, "owner", "a value is required"),
        ({"reviewed": "soon"}, "reviewed", "must be a date such as 2026-09-30"),
        ({"status": "parked"}, "status", "must be one of open, closed"),
        ({"control_owners": ""}, "control_owners", "names 0 for 2 controls: give one for each"),
        ({"action_owners": "A; B; C"}, "action_owners", "names 3 for 2 actions"),
        ({"actions": "", "action_owners": ""}, "action_dates", "names 2 for 0 actions"),
        ({"action_dates": "2026-10-31; later"}, "action_dates", "must be a date such as 2026-09-30"),
    ],
)
def test_what_no_risk_can_be_is_refused_with_its_row(row: dict, column: str, rule: str, tmp_path: Path) -> None:
    ((line, at, text),) = faults(tmp_path, {"risk_id": "R000"}, row)
    assert (line, at) == (3, column)
    assert rule in text


def test_a_target_equal_to_the_current_score_is_none_above_it(tmp_path: Path) -> None:
    assert len(register(tmp_path, {"target_likelihood": 5, "target_impact": 3}).risks) == 1


def test_an_identifier_is_used_once(tmp_path: Path) -> None:
    assert faults(tmp_path, {}, {}) == [(3, "risk_id", "is there more than once")]


def test_movement_since_the_last_report_is_by_score(tmp_path: Path) -> None:
    last = register(
        tmp_path, *({"risk_id": name} for name in "UDSC"), {"risk_id": "O", "status": "closed"}, name="last.csv"
    )
    now = register(
        tmp_path, {"risk_id": "U", "likelihood": 4}, {"risk_id": "D", "likelihood": 2, "target_likelihood": 1},
        {"risk_id": "S", "likelihood": 5, "impact": 3}, {"risk_id": "C", "status": "closed"},
        {"risk_id": "O", "status": "closed"}, {"risk_id": "N"},
    )  # fmt: skip
    movement = dict(zip(now.risks["risk_id"], moved(now, last, "risks.csv"), strict=True))
    assert movement == {"U": "up", "D": "down", "S": "same", "C": "closed", "O": "", "N": "new"}


def test_a_closed_identifier_does_not_return_and_none_is_dropped(tmp_path: Path) -> None:
    last = register(tmp_path, {"risk_id": "A", "status": "closed"}, {"risk_id": "B"}, name="last.csv")
    now = register(tmp_path, {"risk_id": "A"})
    with pytest.raises(RegisterError) as caught:
        moved(now, last, "risks.csv")
    gone, again = caught.value.faults
    assert (gone.value, again.value, again.row) == ("B", "A", 2)
    assert "keeps its row" in gone.rule
    assert "identifiers are never reused" in again.rule


def test_a_review_is_due_a_quarter_after_the_last(tmp_path: Path) -> None:
    risks = register(
        tmp_path, {"risk_id": "A", "reviewed": "2026-08-27"}, {"risk_id": "B", "reviewed": "2026-08-26"},
        {"risk_id": "C", "reviewed": "2026-01-01", "status": "closed"}, {"risk_id": "D", "reviewed": "2025-11-30"},
    )  # fmt: skip
    report = risk_report(risks, DAY).set_index("risk_id")
    assert report["review_due"].to_dict() == {"A": "2026-11-27", "B": "2026-11-26", "D": "2026-02-28", "C": ""}
    assert report.index[report["overdue"] == "yes"].tolist() == ["B", "D"]
    assert report["late_actions"].to_dict() == {"A": 1, "B": 1, "D": 1, "C": 0}
    with pytest.raises(RegisterError, match=r"row 2, column reviewed.*is after the report of 2026-08-01"):
        risk_report(risks, datetime.date(2026, 8, 1))


def test_a_councils_own_workbook_is_read_by_a_mapping_and_exported_with_its_identifiers(tmp_path: Path) -> None:
    own = pd.DataFrame([RISK, RISK | {"risk_id": "007"}]).rename(columns={"risk_id": "Ref", "owner": "Risk owner"})
    own.to_csv(tmp_path / "own.csv", index=False)
    (tmp_path / "map.toml").write_text('[columns]\nrisk_id = "Ref"\nowner = "Risk owner"\n', encoding="utf-8")
    read = read_risks(tmp_path / "own.csv", tmp_path / "map.toml")
    assert read.own().columns.tolist() == schema.columns("risk_register")
    read.own().to_csv(tmp_path / "out.csv", index=False)
    again = read_risks(tmp_path / "out.csv")
    pd.testing.assert_frame_equal(again.own(), read.own())
    assert again.risks["risk_id"].tolist() == ["R001", "007"]


def test_a_heat_map_counts_risks_by_both_levels() -> None:
    rng = np.random.default_rng(0)
    likelihood, impact = rng.integers(1, 6, (2, 300))
    counts = heat_map(likelihood, impact)
    assert counts.sum() == 300
    for a in range(1, 6):
        for b in range(1, 6):
            assert counts[a - 1, b - 1] == sum((likelihood == a) & (impact == b))


def test_chances_and_consequences_become_levels_at_their_thresholds() -> None:
    mapping = load_risk_mapping()
    chance = np.array([0, 0.049, 0.05, 0.2, 0.499, 0.5, 0.8, 1])
    assert mapping.likelihood_of(chance).tolist() == [1, 1, 2, 3, 3, 4, 5, 5]
    cost, closure = np.array([0, 1e3, 1e4, 1e5, np.nan, 2e6]), np.array([0, 0, 2e4, 1e3, np.nan, 0])
    assert mapping.impact_of({"replacement": cost, "closure": closure}).tolist() == [1, 2, 4, 4, 1, 5]


def test_a_councils_own_thresholds_are_checked(tmp_path: Path) -> None:
    head, path = "level,least,source,verified\n", tmp_path / "own.csv"
    path.write_text(head + "".join(f"{k},{x},council,yes\n" for k, x in enumerate((0, 0.1, 0.3, 0.6, 0.9), 1)))
    assert load_risk_mapping(path).likelihood_of(np.array([0.29])).tolist() == [2]
    path.write_text(head + "".join(f"{k},{x},council,yes\n" for k, x in enumerate((0.1, 0.1, 0.3, 0.2, 0.9), 1)))
    with pytest.raises(ConfigError) as caught:
        load_risk_mapping(path)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(row, "least") for row in (2, 3, 5)]
    path.write_text(head + "1,0,council,yes\n")
    with pytest.raises(ConfigError, match="must be 1 to 5, each once"):
        load_risk_mapping(path)
