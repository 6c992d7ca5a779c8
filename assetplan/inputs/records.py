"""The council's own registers and indicators that a plan names, read and worked out."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from assetplan.assurance.indicators import Indicators, read_indicators
from assetplan.assurance.risks import RiskRegister, read_risks, risk_report
from assetplan.assurance.schemes import scheme_lights
from assetplan.config import Plan
from assetplan.display import Shown


@dataclass(frozen=True, eq=False, repr=False)
class Records(Shown):
    """What a plan names beside its own tables; None where it names none.

    Attributes
    ----------
    register : RiskRegister or None; the council's risks
    risks : DataFrame or None; them as a board reads them, from `risk_report`
    indicators : Indicators or None; its indicators
    schemes : DataFrame or None; traffic lights of its schemes, from `scheme_lights`
    """

    register: RiskRegister | None = None
    risks: pd.DataFrame | None = None
    indicators: Indicators | None = None
    schemes: pd.DataFrame | None = None


def read_records(plan: Plan) -> Records:
    """Read and check them.

    Raises
    ------
    ConfigError, RegisterError
        A file breaks its rules; every fault of it is listed.
    FileNotFoundError
        A file that the plan names is not there.
    """
    risk, own = plan.risk, plan.indicators
    register = risks = indicators = lights = None
    if risk.register_ and risk.as_at is not None:
        register = read_risks(plan.path(risk.register_))
        before = read_risks(plan.path(risk.previous)) if risk.previous else None
        risks = risk_report(register, risk.as_at, before, risk.register_)
    if own.definitions:
        values = plan.path(own.values_) if own.values_ else None
        indicators = read_indicators(plan.path(own.definitions), values)
    if own.schemes:
        lights = scheme_lights(plan.path(own.schemes), own.late_days, own.over_percent)
    return Records(register, risks, indicators, lights)
