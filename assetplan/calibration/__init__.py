"""Decay learned from a council's own inspections: read, fitted by group, checked on assets held out."""

from assetplan.calibration.fitting import Calibration, calibrate
from assetplan.calibration.inspections import Inspections, inspections_of, read_inspections

__all__ = ["Calibration", "Inspections", "calibrate", "inspections_of", "read_inspections"]
