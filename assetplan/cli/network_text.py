"""What `network` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from assetplan.cli.layout import paragraph, table
from assetplan.words import plural

if TYPE_CHECKING:
    import pandas as pd

    from assetplan.connectivity.layers import NetworkLayers

_FEW = 10  # bridges, links and places named
_RANKED = ("bridges", "links", "places")


def network_facts(network: NetworkLayers) -> dict[str, Any]:
    """What a network holds, what was noted on the way, and the bridges, links and places that matter most.

    Parameters
    ----------
    network : NetworkLayers
    """
    layers = {name: layer.drop(columns="geometry") for name, layer in network.layers.items() if name in _RANKED}
    bridges = layers["bridges"].sort_values(["detour_km", "asset_id"], ascending=[False, True]).head(_FEW)
    shown = ["asset_id", "name", "detour_km", "closure_cost_per_day"]
    return {
        "counts": network.counts,
        "notes": dict(network.notes["kind"].value_counts().sort_index()),
        "longest_detours": bridges.loc[bridges["detour_km"] > 0, shown],
        "critical_links": list(_critical(layers["links"])),
        "cut_off": list(_cut_off(layers["places"])),
    }


def network_text(facts: Mapping[str, Any]) -> str:
    """The same as text.

    Parameters
    ----------
    facts : mapping; from `network_facts`
    """
    counts = [
        (name, f"{value:.1%}" if name.startswith("share") else f"{value:,.0f}")
        for name, value in facts["counts"].items()
    ]
    parts = [table(["network", ""], counts)]
    if facts["notes"]:
        parts.append("\n".join(f"  {kind}: {count:,}" for kind, count in facts["notes"].items()))
    rows = [
        [str(asset), str(name), f"{km:,.1f}", f"{cost:,.0f}"]
        for asset, name, km, cost in facts["longest_detours"].itertuples(index=False)
    ]
    if rows:
        parts.append(table(["longest detours: bridge", "name", "km", "£ a day closed"], rows, (0, 1)))
    for part in facts["critical_links"]:
        rows = [
            [str(asset), str(road), f"{betweenness:.4f}", f"{cost:,.0f}"]
            for asset, road, betweenness, cost in part["links"].itertuples(index=False)
        ]
        parts.append(table([f"{part['which']}: section", "road", "betweenness", "£ a day closed"], rows, (0, 1)))
        if part["ties"]:
            more = plural(part["ties"], "more link")
            parts.append(paragraph(f"As many £ a day as the last of these: {more}, left out here."))
    lines = [paragraph(_cut_off_sentence(**effect)) for effect in facts["cut_off"]]
    return "\n\n".join([*parts, *(["\n".join(lines)] if lines else [])])


def _critical(links: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """The links that cost most to close: those with a way round, then those without, whose cost is a charge."""
    owned = links[links["owned"]].sort_values(["criticality", "link"], ascending=[False, True])
    for words, which in (
        ("most critical links", ~owned["severed"]),
        ("links with no way round, charged a fixed distance", owned["severed"]),
    ):
        # Links of one chain between junctions share their detour: one stands for all.
        ranked = owned[which].drop_duplicates(["road", "detour_km", "criticality"])
        first = ranked.head(_FEW)
        ties = int((ranked["criticality"].iloc[_FEW:] == first["criticality"].min()).sum())
        if len(first):
            shown = first[["asset_id", "road", "betweenness", "criticality"]]
            yield {"which": words, "links": shown, "ties": ties}


def _cut_off(places: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Which places one closed road, or the limits in force, cut off."""
    heavy = places["heavy"]
    effects = {
        "one closed road would cut off": places[places["cut_off_by"] > 0],
        "limits in force cut off, for the heaviest vehicles,": places[heavy == "cut off"],
        "limits in force take farther from help, for the heaviest vehicles,": places[heavy == "farther"],
    }
    for words, some in effects.items():
        if len(some):
            kinds = dict(some["kind"].value_counts().sort_index())
            yield {"effect": words, "places": len(some), "kinds": kinds, "names": list(some["name"].head(_FEW))}


def _cut_off_sentence(effect: str, places: int, kinds: Mapping[str, int], names: Sequence[str]) -> str:
    by_kind = ", ".join(f"{kind} {count:,}" for kind, count in kinds.items())
    more = f" and {places - _FEW:,} more" if places > _FEW else ""
    return f"{effect} {plural(places, 'place')} ({by_kind}): {', '.join(map(str, names))}{more}"
