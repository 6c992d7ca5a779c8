"""What a register holds: what is owned, in which condition, how much of that is assumed; and surveys turned into it."""

from assetplan.inspection.inspecting import CAPTIONS, Inspection, inspect, inspection_files

__all__ = ["CAPTIONS", "Inspection", "inspect", "inspection_files"]
