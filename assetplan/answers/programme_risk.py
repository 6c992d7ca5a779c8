"""All that a programme says of risk: of its assets, classes and schemes, its triggers, and the council's register."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from assetplan.answers.asset_risk import asset_risks, grouped_risks
from assetplan.answers.risk_triggers import COLUMNS, risk_triggers
from assetplan.config.assurance import RiskSettings
from assetplan.display import Shown
from assetplan.errors import ConfigError, Fault
from assetplan.inputs.records import Records, read_records
from assetplan.inputs.settings import kept_plan
from assetplan.programme import Programme


@dataclass(frozen=True, eq=False, repr=False)
class ProgrammeRisks(Shown):
    """Risks of a programme.

    Attributes
    ----------
    records : Records; the council's register as its plan names it
    assets : DataFrame or None; from `asset_risks`; None where the plan did not ask for them
    classes, schemes : DataFrame; from `grouped_risks`; of no rows where there are no assets
    triggers : DataFrame; from `risk_triggers`
    """

    records: Records
    assets: pd.DataFrame | None
    classes: pd.DataFrame
    schemes: pd.DataFrame
    triggers: pd.DataFrame

    @property
    def any(self) -> bool:
        """Whether there is anything."""
        return self.assets is not None or self.records.risks is not None


def programme_risks(programme: Programme, source: str = "") -> ProgrammeRisks:
    """Risks of a programme.

    Parameters
    ----------
    programme : Programme; the plan's
    source : str, optional; its folder or plan: with it, a programme that says nothing of risk is refused

    Raises
    ------
    ConfigError
        It says nothing of risk, and `source` is given.
    """
    stated, records = RiskSettings(), Records()
    if (programme.settings or {}).get("records") or ((programme.settings or {}).get("plan") or {}).get("risk"):
        with kept_plan(programme.settings or {}) as plan:
            stated, records = plan.risk, read_records(plan)
    table = programme.assets
    risks = asset_risks(table) if "failure_plan" in table else None
    if risks is None and records.risks is None:
        if source:
            rule = "its plan says nothing of risk: state [risk] assets = true or a register, or give the plan file"
            raise ConfigError([Fault(source, 0, "risk", "", rule)])
        nothing = pd.DataFrame()
        return ProgrammeRisks(records, None, nothing, nothing, pd.DataFrame(columns=COLUMNS))
    classes = schemes = pd.DataFrame()
    if risks is not None:
        labels = {row.asset_class: row.label for row in programme.summary.asset_classes}
        site = risks["asset_id"].map(table.set_index("asset_id")["shared_site"])
        classes = grouped_risks(risks, risks["asset_class"].map(labels).fillna(risks["asset_class"]))
        schemes = grouped_risks(risks, site.fillna(""))
    return ProgrammeRisks(records, risks, classes, schemes, risk_triggers(programme, stated, risks))
