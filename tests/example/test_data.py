"""The example in the repository is what the generator makes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from places import ROOT

from assetplan import read_register
from assetplan.example import write_example


def test_the_packaged_example_is_made_by_this_code(tmp_path: Path) -> None:
    write_example(tmp_path / "county", "small", 1)
    kept, made = ROOT / "data" / "example", tmp_path / "county"
    assert (kept / "plan.toml").read_bytes() == (made / "plan.toml").read_bytes()
    old, new = read_register(kept / "register.gpkg"), read_register(made / "register.gpkg")
    # Another build of the geometry library may differ in a coordinate's last digit, so content is compared, not bytes.
    pd.testing.assert_frame_equal(
        pd.DataFrame(old.assets.drop(columns="geometry")), pd.DataFrame(new.assets.drop(columns="geometry")), rtol=1e-6
    )
    assert old.assets.geometry.geom_equals_exact(new.assets.geometry, tolerance=0.2).all()
    pd.testing.assert_frame_equal(old.inspections, new.inspections, rtol=1e-6)
    assert sum(path.stat().st_size for path in kept.iterdir()) < 5e6
