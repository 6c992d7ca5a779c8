"""Constraints that hold every dependency at the lowest version that pyproject.toml allows, for pip's option -c.

python tests/lowest.py > lowest.txt
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"


def lowest(requirements: list[str]) -> list[str]:
    """Each requirement at its lower bound, "click>=8.1" as "click==8.1"; those without one are left out."""
    bounds = [re.match(r"([\w.-]+)(?:\[.*?])?[^;]*?>=\s*([\w.]+)", text) for text in requirements]
    return [f"{bound[1]}=={bound[2]}" for bound in bounds if bound]


if __name__ == "__main__":
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    print("\n".join(lowest([*project["dependencies"], *optional["dask"], *optional["postgis"]])))
