"""Write plan files that a council engineer can read and change."""

from assetplan.plan_file.borrowing import borrowing_text
from assetplan.plan_file.plan import plan_text, published_length, write_plan_for

__all__ = ["borrowing_text", "plan_text", "published_length", "write_plan_for"]
