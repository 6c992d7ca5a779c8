"""Inspections that cannot teach: each has its note, and a group that has no more takes its parent's parameters."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from commands import run
from histories_made import CHAIN, chain_histories, curve_histories, estimates_of

from assetplan.calibration import calibrate, inspections_of
from assetplan.errors import RegisterError

KINDS = ("g0", "g1", "g2")


def chains(*more: pd.DataFrame) -> pd.DataFrame:
    parts = [chain_histories(120, k, CHAIN, prefix=f"{kind}-").assign(kind=kind) for k, kind in enumerate(KINDS)]
    return pd.concat([*parts, *more], ignore_index=True)


def estimates(learned) -> dict[str, np.ndarray]:
    """Parameters of each group."""
    return {row["group"]: estimates_of(row) for _, row in learned.rows.iterrows()}


def lives(n: int, seed: int, scale: float, kind: str) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    life, first = scale * rng.weibull(2.5, n), rng.uniform(0, 20, n)
    age = first[:, None] + 2.0 * np.arange(8)
    year = np.broadcast_to(2005 + 2 * np.arange(8), age.shape)
    value = np.where(age < life[:, None], 90, 10)
    asset = np.repeat([f"{kind}-{k}" for k in range(n)], 8)
    table = {"asset_id": asset, "year": year.ravel(), "age": age.ravel(), "value": value.ravel(), "kind": kind}
    return pd.DataFrame(table)


@pytest.mark.parametrize("model", ["curve", "markov", "weibull"])
def test_a_group_with_one_inspection_an_asset_has_its_parents_parameters(model: str) -> None:
    if model == "curve":
        parts = [curve_histories(60, k, prefix=f"{kind}-").assign(kind=kind) for k, kind in enumerate(KINDS)]
        table = pd.concat(parts)
    elif model == "markov":
        table = chains()
    else:
        table = pd.concat([lives(150, k, 28.0 + 2 * k, kind) for k, kind in enumerate(KINDS)])
    once = table.groupby("kind", sort=False).head(4).drop_duplicates("asset_id")
    once = once.assign(asset_id="once " + once["asset_id"], kind="once")
    inspections = inspections_of(pd.concat([table, once]), group="kind")
    learned = calibrate(inspections, model, family="power", check=False)
    start = (
        f"group once: {len(once)} assets, none of whose inspections shows decay; it has the parameters of the groups"
    )
    assert f"{start} together." in learned.notes
    assert any(
        f"{len(once)} of" in note and "have one inspection, which shows no decay" in note for note in learned.notes
    )
    row = learned.rows.set_index("group").loc["once"]
    assert (row["pairs"], row["verified"]) == (0, "no")
    assert row["source"] == "calibrated: parent's, the group has no pairs of its own"
    # The parent's are the middle of what each group has: to second order, so within a few hundredths.
    own = estimates(learned)
    assert own["once"] == pytest.approx(np.mean([own[kind] for kind in KINDS], axis=0), abs=0.05)


def test_a_group_all_in_one_state_leans_on_its_parent() -> None:
    still = chain_histories(30, 8, np.eye(4), prefix="still").assign(kind="still", state=0)
    none = still.assign(asset_id="none " + still["asset_id"], kind="none").drop_duplicates("asset_id")
    learned = calibrate(inspections_of(chains(still, none), group="kind"), "markov", check=False)
    pairs = int(learned.rows.set_index("group").loc["still", "pairs"])
    start = f"group still: {pairs} pairs of inspections, in none of which an asset fell"
    assert f"{start}; its pace leans on that of the other groups." in learned.notes
    own, moves = estimates(learned), learned.rows["parameters"][0].split("|")
    first = np.array([move.startswith("0 to") for move in moves])
    # of states that it was never in it knows what its parent knows; the one it stayed in, it leaves more slowly
    assert own["still"][~first] == pytest.approx(own["none"][~first], abs=1e-6)
    assert np.exp(own["still"][first]).sum() < 0.5 * np.exp(own["none"][first]).sum()
    assert np.isfinite(own["still"]).all()


def test_a_group_of_which_none_failed_leans_on_its_parent() -> None:
    parts = [lives(150, k, 28.0 + 2 * k, kind) for k, kind in enumerate(KINDS)]
    sound = lives(10, 9, 1000.0, "sound")
    learned = calibrate(inspections_of(pd.concat([*parts, sound]), group="kind"), "weibull", check=False)
    end = "in none of which an asset fell; its pace leans on that of the other groups."
    assert f"group sound: 70 pairs of inspections, {end}" in learned.notes
    scale = {group: np.exp(of[1]) for group, of in estimates(learned).items()}
    assert max(scale[kind] for kind in KINDS) < scale["sound"] < 200  # not the thousand years of its assets


def test_dates_out_of_order_are_sorted_and_noted() -> None:
    table = chains().assign(year=lambda t: t["year"].astype(float))
    mixed = table.sample(frac=1, random_state=1)
    straight = calibrate(inspections_of(table, group="kind"), "markov", check=False)
    learned = calibrate(inspections_of(mixed, group="kind"), "markov", check=False)
    latest = mixed.groupby("asset_id")["year"].cummax()
    late = int((latest > mixed["year"]).sum())
    assert late > 100
    assert f"{late:,} readings stand in the file after a later one of their asset; they were sorted." in learned.notes
    pd.testing.assert_frame_equal(learned.rows, straight.rows)


def test_values_outside_the_scale_are_refused_with_their_rows() -> None:
    table = pd.DataFrame({"asset_id": ["a"] * 3, "year": [2010, 2012, 2014], "value": [90, 101, -1]})
    with pytest.raises(RegisterError) as caught:
        inspections_of(table, file="inspections.csv")
    faults = [str(fault) for fault in caught.value.faults]
    assert faults == [
        "inspections.csv, row 1, column value: '101' must lie from 0 to 100",
        "inspections.csv, row 2, column value: '-1' must lie from 0 to 100",
    ]


def test_a_group_with_states_but_no_values_has_its_parents_curve() -> None:
    parts = [curve_histories(60, k, prefix=f"{kind}-").assign(kind=kind, state="") for k, kind in enumerate(KINDS)]
    graded = chain_histories(5, 7, CHAIN, prefix="graded").assign(kind="graded", value="")
    learned = calibrate(inspections_of(pd.concat([*parts, graded]), group="kind"), family="power", check=False)
    note = (
        "group graded: 5 assets, none of whose inspections shows decay; it has the parameters of the groups together."
    )
    assert note in learned.notes
    own = estimates(learned)
    assert own["graded"] == pytest.approx(np.mean([own[kind] for kind in KINDS], axis=0), abs=0.05)


def test_parts_that_cannot_be_checked_are_noted() -> None:
    """All decay is in one asset: held out, the others show none."""
    rows = [("a", 2000, 90), ("a", 2005, 70), ("b", 2000, 90), ("c", 2000, 80)]
    inspections = inspections_of(pd.DataFrame(rows, columns=["asset_id", "year", "value"]))
    for model, why in (("curve", "no asset has two readings between works"), ("markov", "no pair is left to fit")):
        learned = calibrate(inspections, model, family="linear")
        (reason,) = [note for note in learned.notes if "was not checked" in note]
        assert reason.startswith("part 3 of 5 (1 assets) was not checked, for the other assets alone give no fit: ")
        assert why in reason
        assert learned.held_out.empty
        assert np.isnan(learned.rows["error"][0])


@pytest.mark.slow
def test_the_command_prints_every_note(tmp_path) -> None:
    still = chain_histories(30, 8, np.eye(4), prefix="still").assign(kind="still", state=0)
    none = still.assign(asset_id="none " + still["asset_id"], kind="none").drop_duplicates("asset_id")
    table = chains(still, none).sample(frac=1, random_state=2)
    table.to_csv(tmp_path / "inspections.csv", index=False)
    words = ("inspections.csv", "--group", "kind", "--model", "markov", "-o", "learned.csv")
    done = run("calibrate", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    out = " ".join(done.stdout.split())
    assert "readings stand in the file after a later one of their asset; they were sorted." in out
    assert "30 of 420 assets have one inspection, which shows no decay" in out
    assert "in none of which an asset fell; its pace leans on that of the other groups." in out
    assert "group none: 30 assets, none of whose inspections shows decay; it has the parameters of the groups" in out
    rows = pd.read_csv(tmp_path / "learned.csv").set_index("group")
    assert rows.loc["none", "source"] == "calibrated: parent's, the group has no pairs of its own"
    for name, state, fault in (
        ("once", None, "no asset has two inspections with no works between them that show decay"),
        ("still", 0, "did an asset fall a state, so nothing says how fast it decays"),
    ):
        bad = none if state is None else still
        bad.to_csv(tmp_path / f"{name}.csv", index=False)
        done = run("calibrate", f"{name}.csv", "--model", "markov", "-o", "none.csv", cwd=tmp_path)
        assert done.returncode == 1
        assert fault in done.stderr
        assert not (tmp_path / "none.csv").exists()
