"""Notebooks run from top to bottom and are stored without output."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from places import ROOT

NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_notebook(path: Path) -> None:
    nbformat = pytest.importorskip("nbformat", reason="the notebook extra is not installed")
    client = pytest.importorskip("nbclient", reason="the notebook extra is not installed")
    book = nbformat.read(path, as_version=4)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert code
    assert not any(cell.outputs or cell.execution_count for cell in code), "stored with output"
    with warnings.catch_warnings():
        # The kernel's client warns of its own transport; the notebook's code runs in another process.
        warnings.simplefilter("ignore")
        client.NotebookClient(book, timeout=240, kernel_name="python3").execute()
    assert any("proven" in cell.source for cell in book.cells)
    assert any("benefit £" in str(cell.outputs) for cell in code)
