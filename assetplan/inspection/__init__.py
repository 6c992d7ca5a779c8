"""What a register holds: what is owned, in which condition, how much of that is assumed; and surveys turned into it."""

from assetplan.inspection.inspecting import CAPTIONS, Inspection, inspect
from assetplan.inspection.readings import MEASURES, Readings, read_readings
from assetplan.inspection.surveys import Survey, survey

__all__ = [
    "CAPTIONS",
    "MEASURES",
    "Inspection",
    "Readings",
    "Survey",
    "inspect",
    "read_readings",
    "survey",
]
