"""How the network connects, where things lie on it, and what lies together."""

from assetplan.network.criticality import (
    Betweenness,
    betweenness,
    places_cut_off,
    removal_cost,
    resilient_network,
)
from assetplan.network.detours import Detours, closure_cost, detour_cost, detour_route, detours
from assetplan.network.growth import growth, growth_rate
from assetplan.network.restrictions import (
    Restrictions,
    access_km,
    attach,
    class_traffic,
    cut_off,
    limits_of_links,
    restrictions,
    severed_places,
)
from assetplan.network.topology import pieces

__all__ = [
    "Betweenness",
    "Detours",
    "Restrictions",
    "access_km",
    "attach",
    "betweenness",
    "class_traffic",
    "closure_cost",
    "cut_off",
    "detour_cost",
    "detour_route",
    "detours",
    "growth",
    "growth_rate",
    "limits_of_links",
    "pieces",
    "places_cut_off",
    "removal_cost",
    "resilient_network",
    "restrictions",
    "severed_places",
from assetplan.network.carry import Carried, carry_survey
from assetplan.network.homogeneous import Sections, homogeneous_sections
from assetplan.network.referencing import (
    Located,
    check_survey,
    project_lines,
    project_points,
    read_chainages,
    substrings,
)
from assetplan.network.schemes import SchemeRules, Schemes, form_schemes, network_rules, packaged_rules
from assetplan.network.stretches import codes_of, overlaps
from assetplan.network.topology import pieces

__all__ = [
    "Carried",
    "Located",
    "SchemeRules",
    "Schemes",
    "Sections",
    "carry_survey",
    "check_survey",
    "codes_of",
    "form_schemes",
    "homogeneous_sections",
    "network_rules",
    "overlaps",
    "packaged_rules",
    "pieces",
    "project_lines",
    "project_points",
    "read_chainages",
    "substrings",
]
