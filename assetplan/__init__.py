"""Plan the renewal of roads, bridges and buildings, with a proven bound on how far from best the plan is.

A plan file and its register become a programme, which explains itself and writes its folder::

    programme = assetplan.plan(assetplan.read_plan("plan.toml"))
    programme.write("out")
    print(assetplan.explain(programme, "R0001").text())

The optimiser stands alone:

>>> import assetplan, pandas as pd
>>> rows = pd.MultiIndex.from_tuples([("A1", "none"), ("A1", "seal"), ("B2", "none"), ("B2", "rebuild")])
>>> options = pd.DataFrame({"benefit": [0, 60, 0, 190], "cost": [0, 40, 0, 200]}, index=rows)
>>> selection = assetplan.optimise(options, caps={"cost": 220})
>>> selection.chosen.to_dict(), selection.benefit, selection.bound
({'A1': 'none', 'B2': 'rebuild'}, 190.0, 190.0)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from assetplan import examples
    from assetplan.analyses import alternatives, frontier, uncertainty
    from assetplan.answers import compare, explain
    from assetplan.calibration import Calibration, Inspections, calibrate, inspections_of, read_inspections
    from assetplan.config import Plan, make_plan, read_plan, vary
    from assetplan.connectivity.layers import NetworkLayers, network_layers
    from assetplan.errors import ConfigError, InfeasibleError, OutputExistsError, RegisterError
    from assetplan.example import init_plan, make_county, write_example
    from assetplan.importers import (
        import_dtf,
        import_nbi,
        import_ngd,
        import_open_roads,
        import_osm,
        import_property,
    )
    from assetplan.inputs import load_inputs
    from assetplan.inspection import Inspection, Readings, Survey, inspect, read_readings, survey
    from assetplan.optimisation import optimise
    from assetplan.planning import (
        finance_statements,
        plan,
        predict,
        standstill_statements,
        validate,
    )
    from assetplan.programme import Programme, publish, read_programme, write_statements
    from assetplan.register import (
        Register,
        import_table,
        read_register,
        write_register,
    )
    from assetplan.report import write_report
    from assetplan.rounds import Round, read_round, read_round_file, run_round

# Public name → room. Imported when first used, so that `assetplan --help` answers at once.
_ROOMS = {
    "analyses": ("alternatives", "frontier", "uncertainty"),
    "answers": ("compare", "explain"),
    "calibration": ("Calibration", "Inspections", "calibrate", "inspections_of", "read_inspections"),
    "config": ("Plan", "make_plan", "read_plan", "vary"),
    "connectivity.layers": ("NetworkLayers", "network_layers"),
    "errors": ("ConfigError", "InfeasibleError", "OutputExistsError", "RegisterError"),
    "example": ("init_plan", "make_county", "write_example"),
    "importers": ("import_dtf", "import_nbi", "import_ngd", "import_open_roads", "import_osm", "import_property"),
    "inputs": ("load_inputs",),
    "inspection": ("Inspection", "Readings", "Survey", "inspect", "read_readings", "survey"),
    "optimisation": ("optimise",),
    "planning": ("finance_statements", "plan", "predict", "standstill_statements", "validate"),
    "programme": ("Programme", "publish", "read_programme", "write_statements"),
    "register": (
        *("Register", "import_table"),
        *("read_register", "write_register"),
    ),
    "report": ("write_report",),
    "rounds": ("Round", "read_round", "read_round_file", "run_round"),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}
_MODULES = ("examples",)
__all__ = ["__version__", *sorted((*_HOME, *_MODULES))]


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return import_module(f"assetplan.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'assetplan' has no attribute {name!r}")
    value = getattr(import_module(f"assetplan.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
