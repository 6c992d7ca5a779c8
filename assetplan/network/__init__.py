"""How the network connects."""

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
]
