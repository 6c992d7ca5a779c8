"""Property: backlog of building components, facility condition index, sufficiency of schools, condition surveys."""

from assetplan.property.estate import Decay, Estate, decay, estate_of, estate_of_plan
from assetplan.property.statements import maintenance, property_statements

__all__ = ["Decay", "Estate", "decay", "estate_of", "estate_of_plan", "maintenance", "property_statements"]
