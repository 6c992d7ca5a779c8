"""Notebooks are stored without output, lean on the front door, and run from top to bottom."""

from __future__ import annotations

import json
import os
import re
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from places import ROOT

from assetplan.examples import CACHE

NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))
# What stays with its room: seldom wanted, or a table that a council copies.
_ROOMS = {"assetplan.reference", "assetplan.objectives", "assetplan.rounds"}
SECONDS = 120  # a cell at most, beside other tests


def _cells(path: Path, kind: str) -> list[dict]:
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == kind]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_stored_without_output(path: Path) -> None:
    code = _cells(path, "code")
    assert code
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_begins_with_its_title_and_needs_no_inner_rooms(path: Path) -> None:
    assert "".join(_cells(path, "markdown")[0]["source"]).startswith("# ")
    text = "\n".join("".join(cell["source"]) for cell in _cells(path, "code"))
    rooms = set(re.findall(r"^from (assetplan[\w.]*) import", text, re.MULTILINE))
    assert rooms <= _ROOMS


@pytest.fixture(scope="session")
def examples_made(made_once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """A cache folder with what the notebooks share, made before any of them is timed."""
    from assetplan import examples

    def fill(folder: Path) -> None:
        for plan in examples.PLANS:
            examples.programme(cache=folder, plan=plan)

    return made_once("examples", fill)


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs(path: Path, examples_made: Path, tmp_path: Path) -> None:
    nbformat = pytest.importorskip("nbformat", reason="the notebook extra is not installed")
    client = pytest.importorskip("nbclient", reason="the notebook extra is not installed")
    book = nbformat.read(path, as_version=4)
    given = os.environ | {CACHE: str(examples_made)}
    with warnings.catch_warnings():
        # The kernel's client warns of its own transport; the notebook's code runs in another process.
        warnings.simplefilter("ignore")
        client.NotebookClient(book, timeout=SECONDS, kernel_name="python3").execute(cwd=str(tmp_path), env=given)
    outputs = [str(output) for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    assert any("image/png" in text for text in outputs), "a notebook shows a figure"
    assert not any("Warning" in text for text in outputs)
