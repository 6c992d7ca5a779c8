"""What tests share: where the real data lies, and small plans."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from places import ROOT, SHARED

# Tests run side by side, and threads of small matrices would wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of real data, beside the project."""
    if not SHARED.is_dir():
        pytest.skip("the folder of real data is not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def small_county() -> Path:
    """Folder of the small example county: register.gpkg and plan.toml."""
    return ROOT / "data" / "example"


@pytest.fixture(scope="session")
def small_programme(small_county: Path):
    """The small example county, planned once."""
    import assetplan

    return assetplan.plan(assetplan.read_plan(small_county / "plan.toml"))
