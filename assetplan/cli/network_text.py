"""What `network` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assetplan.cli.layout import paragraph, table
from assetplan.words import plural

if TYPE_CHECKING:
    import pandas as pd

    from assetplan.connectivity.layers import NetworkLayers

_FEW = 10  # bridges and links named


def network_text(network: NetworkLayers) -> str:
    """What a network holds, what was noted on the way, and the bridges and links that matter most."""
    counts = [
        (name, f"{value:.1%}" if name.startswith("share") else f"{value:,.0f}")
        for name, value in network.counts.items()
    ]
    parts = [table(["network", ""], counts)]
    kinds = network.notes["kind"].value_counts().sort_index()
    if len(kinds):
        parts.append("\n".join(f"  {kind}: {count:,}" for kind, count in kinds.items()))
    bridges = network.layers["bridges"].sort_values(["detour_km", "asset_id"], ascending=[False, True]).head(_FEW)
    rows = [
        [str(row.asset_id), str(row.name)[:40], f"{row.detour_km:,.1f}", f"{row.closure_cost_per_day:,.0f}"]
        for row in bridges[bridges["detour_km"] > 0].drop(columns="geometry").itertuples(index=False)
    ]
    if rows:
        parts.append(table(["longest detours: bridge", "name", "km", "£ a day closed"], rows))
    return "\n\n".join([*parts, *_critical(network.layers["links"]), *_cut_off(network.layers["places"])])


def _critical(links: pd.DataFrame) -> list[str]:
    """The links that cost most to close: those with a way round, then those without, whose cost is a charge."""
    parts = []
    owned = links[links["owned"]].sort_values(["criticality", "link"], ascending=[False, True])
    for words, which in (
        ("most critical links", ~owned["severed"]),
        ("links with no way round, charged a fixed distance", owned["severed"]),
    ):
        # Links of one chain between junctions share their detour: one stands for all.
        ranked = owned[which].drop_duplicates(["road", "detour_km", "criticality"])
        rows = [
            [str(row.asset_id), str(row.road)[:40], f"{row.betweenness:.4f}", f"{row.criticality:,.0f}"]
            for row in ranked.head(_FEW).drop(columns="geometry").itertuples(index=False)
        ]
        if rows:
            parts.append(table([f"{words}: section", "road", "betweenness", "£ a day closed"], rows))
        last = ranked["criticality"].head(_FEW).min()
        ties = int((ranked["criticality"].iloc[_FEW:] == last).sum())
        if ties:
            parts.append(
                paragraph(f"As many £ a day as the last of these: {plural(ties, 'more link')}, left out here.")
            )
    return parts


def _cut_off(places: pd.DataFrame) -> list[str]:
    """Which places one closed road, or the limits in force, cut off."""
    heavy = places["heavy"]
    effects = {
        "one closed road would cut off": places[places["cut_off_by"] > 0],
        "limits in force cut off, for the heaviest vehicles,": places[heavy == "cut off"],
        "limits in force take farther from help, for the heaviest vehicles,": places[heavy == "farther"],
    }
    lines = []
    for words, some in effects.items():
        if len(some):
            kinds = ", ".join(f"{kind} {count:,}" for kind, count in some["kind"].value_counts().sort_index().items())
            more = f" and {len(some) - _FEW:,} more" if len(some) > _FEW else ""
            lines.append(f"{words} {plural(len(some), 'place')} ({kinds}): {', '.join(some['name'].head(_FEW))}{more}")
    return ["\n".join(map(paragraph, lines))] if lines else []
