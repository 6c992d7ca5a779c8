"""How the network connects, where things lie on it, what lies together, and what is lost where it breaks."""

from assetplan.network.criticality import (
    betweenness,
    length_cut_off,
    places_cut_off,
    removal_cost,
)
from assetplan.network.detours import Detours, charged_km, detour_cost, detours
from assetplan.network.estates import estates
from assetplan.network.graph import Network, components, islands, line_components, pieces
from assetplan.network.growth import growth, growth_factor, growth_rate
from assetplan.network.hierarchy import hierarchy, importance, inherited_levels, resilient_roads
from assetplan.network.homogeneous import homogeneous_sections
from assetplan.network.lines import connected_pieces, cut_sections, end_nodes, length_near, midpoints, one_line
from assetplan.network.noding import Noded, node_lines
from assetplan.network.referencing import (
    Located,
    check_survey,
    nearest_links,
    read_chainages,
)
from assetplan.network.roads import LinkRuns, roads_through
from assetplan.network.schemes import SchemeRules, Schemes, form_schemes, network_rules, packaged_rules
from assetplan.network.stretches import carry_survey, codes_of, overlaps, tangled
from assetplan.network.weight_limits import (
    WeightLimitDetours,
    access_km,
    attach,
    class_traffic,
    cut_off,
    limits_of_links,
    severed_places,
    weight_limit_detours,
)

__all__ = [
    "Detours",
    "LinkRuns",
    "Located",
    "Network",
    "Noded",
    "SchemeRules",
    "Schemes",
    "WeightLimitDetours",
    "access_km",
    "attach",
    "betweenness",
    "carry_survey",
    "charged_km",
    "check_survey",
    "class_traffic",
    "codes_of",
    "components",
    "connected_pieces",
    "cut_off",
    "cut_sections",
    "detour_cost",
    "detours",
    "end_nodes",
    "estates",
    "form_schemes",
    "growth",
    "growth_factor",
    "growth_rate",
    "hierarchy",
    "homogeneous_sections",
    "importance",
    "inherited_levels",
    "islands",
    "length_cut_off",
    "length_near",
    "limits_of_links",
    "line_components",
    "midpoints",
    "nearest_links",
    "network_rules",
    "node_lines",
    "one_line",
    "overlaps",
    "packaged_rules",
    "pieces",
    "places_cut_off",
    "read_chainages",
    "removal_cost",
    "resilient_roads",
    "roads_through",
    "severed_places",
    "tangled",
    "weight_limit_detours",
]
