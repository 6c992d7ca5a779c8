"""Plan the renewal of roads, bridges and buildings, with a proven bound on how far from best the plan is.

>>> import assetplan
>>> plan = assetplan.read_plan("plan.toml")      # doctest: +SKIP
>>> programme = assetplan.plan(plan)             # doctest: +SKIP
>>> programme.write("out")                       # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Public name → where it lives. Imported when first used, so that `assetplan --help` answers at once.
_PUBLIC = {
    "ConfigError": "errors",
    "InfeasibleError": "errors",
    "OutputExistsError": "errors",
    "RegisterError": "errors",
    "Plan": "config",
    "make_plan": "config",
    "read_plan": "config",
    "Register": "register",
    "read_register": "register",
    "write_register": "register",
    "import_nbi": "register",
    "import_open_roads": "register",
    "import_osm": "register",
    "import_table": "register",
    "Calibration": "calibration",
    "Inspections": "calibration",
    "calibrate": "calibration",
    "inspections_of": "calibration",
    "read_inspections": "calibration",
    "make_county": "example",
    "write_example": "example",
    "optimise": "optimisation",
    "explain": "answers",
    "forecast": "planning",
    "plan": "planning",
    "statements": "planning",
    "Programme": "programme",
    "read_programme": "programme",
    "write_report": "report",
    "write_statements": "programme",
}
__all__ = ["__version__", *sorted(_PUBLIC)]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'assetplan' has no attribute {name!r}")
    value = getattr(import_module(f"assetplan.{_PUBLIC[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
