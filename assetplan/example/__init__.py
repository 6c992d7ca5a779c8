"""An invented county: the register a council would keep, with a plan beside it, for trying everything out."""

from assetplan.example.county import make_county
from assetplan.example.figures import SIZES
from assetplan.example.folder import write_example
from assetplan.example.plan_file import published_length, write_plan_for

__all__ = ["SIZES", "make_county", "published_length", "write_example", "write_plan_for"]
