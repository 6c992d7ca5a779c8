"""Output appears whole or not at all, and replaces nothing unless told to."""

from __future__ import annotations

from pathlib import Path

import pytest

from assetplan.errors import OutputExistsError
from assetplan.output import new_file, new_folder


@pytest.mark.parametrize("make", [new_file, new_folder])
def test_a_failure_leaves_nothing_behind(make, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), make(tmp_path / "deep" / "out") as part:
        (part if make is new_file else part / "x").write_text("half")
        raise RuntimeError
    assert list((tmp_path / "deep").iterdir()) == []


@pytest.mark.parametrize("make", [new_file, new_folder])
def test_existing_output_is_refused_then_replaced_with_force(make, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for text in ("one", "two"):
        if text == "two":
            with pytest.raises(OutputExistsError, match="--force"), make(out):
                pytest.fail("must not begin")
        with make(out, force=True) as part:
            (part if make is new_file else part / "x").write_text(text)
        assert (out if make is new_file else out / "x").read_text() == text
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_failed_replacement_keeps_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("kept")
    with pytest.raises(RuntimeError), new_folder(tmp_path / "out", force=True):
        raise RuntimeError
    assert (tmp_path / "out" / "mine").read_text() == "kept"
