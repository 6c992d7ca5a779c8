"""What a register holds: what is owned, in which condition, how much of that is assumed; and surveys turned into it."""

from assetplan.inspection.inspecting import CAPTIONS, Inspection, inspect, inspection_files
from assetplan.inspection.readings import MEASURES, Readings, read_readings
from assetplan.inspection.surveys import FILES, Survey, survey

__all__ = [
    "CAPTIONS",
    "FILES",
    "MEASURES",
    "Inspection",
    "Readings",
    "Survey",
    "inspect",
    "inspection_files",
    "read_readings",
    "survey",
]
