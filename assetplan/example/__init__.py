"""An invented county: the register a council would keep, with a plan beside it, for trying everything out."""

from assetplan.example.county import make_county
from assetplan.example.figures import SIZES
from assetplan.example.folder import write_example
from assetplan.example.plan_file import EnvelopeShare, init_plan

__all__ = ["SIZES", "EnvelopeShare", "init_plan", "make_county", "write_example"]
