"""How good each asset is: native measures, the condition index 0 to 100 that all of them share, and bands."""

from assetplan.condition.bands import band_codes, band_names, classify, quantity_in_bands, share_by, share_in_bands
from assetplan.condition.bridge import (
    bridge_condition,
    full_loading,
    nbi_rating,
    posting_level,
    stock_index,
    substandard,
)
from assetplan.condition.building import (
    GRADES,
    backlog_table,
    cost_by_grade,
    fci_by_priority,
    grade_number,
    grade_share,
)
from assetplan.condition.capacity import capacity_at, capacity_today, condition_factor, index_to_carry
from assetplan.condition.carriageway import (
    INDICATORS,
    default_width,
    national_indicators,
    rci,
    texture_points,
    with_sound_texture,
)
from assetplan.condition.index import BANDS, from_index, measure_names, measure_range, to_index

__all__ = [
    "BANDS",
    "GRADES",
    "INDICATORS",
    "backlog_table",
    "band_codes",
    "band_names",
    "bridge_condition",
    "capacity_at",
    "capacity_today",
    "classify",
    "condition_factor",
    "cost_by_grade",
    "default_width",
    "fci_by_priority",
    "from_index",
    "full_loading",
    "grade_number",
    "grade_share",
    "index_to_carry",
    "measure_names",
    "measure_range",
    "national_indicators",
    "nbi_rating",
    "posting_level",
    "quantity_in_bands",
    "rci",
    "share_by",
    "share_in_bands",
    "stock_index",
    "substandard",
    "texture_points",
    "to_index",
    "with_sound_texture",
]
