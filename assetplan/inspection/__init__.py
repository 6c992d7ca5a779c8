"""What a register holds: what is owned, in which condition, how much of that is assumed; and surveys turned into it."""

from assetplan.inspection.elements import BridgeInspections, inspect_bridges
from assetplan.inspection.hmdif import Hmdif, read_hmdif
from assetplan.inspection.hmdif_readings import HmdifMapping, hmdif_readings, read_hmdif_mapping
from assetplan.inspection.inspecting import CAPTIONS, Inspection, inspect, standing
from assetplan.inspection.pas2161 import PasResults, against_register, pas2161_register, read_pas2161
from assetplan.inspection.readings import MEASURES, Readings, read_readings
from assetplan.inspection.surveys import Survey, survey

__all__ = [
    "CAPTIONS",
    "MEASURES",
    "BridgeInspections",
    "Hmdif",
    "HmdifMapping",
    "Inspection",
    "PasResults",
    "Readings",
    "Survey",
    "against_register",
    "hmdif_readings",
    "inspect",
    "inspect_bridges",
    "pas2161_register",
    "read_hmdif",
    "read_hmdif_mapping",
    "read_pas2161",
    "read_readings",
    "standing",
    "survey",
]
