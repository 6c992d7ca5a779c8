"""The register of the next plan: what was done in the years that are past is in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from assetplan.asset_classes import SALE
from assetplan.inputs.sales import name_of_sale
from assetplan.programme import Programme
from assetplan.register import Register
from assetplan.register.premises import premises_of
from assetplan.treatments import Catalogue


def with_works(register: Register, programme: Programme, catalogue: Catalogue, until: int) -> tuple[Register, int]:
    """The register with the works of past years done, and on how many assets.

    An asset that had works has the condition index that the programme expects at the end of the last past year, as a
    survey of that year. What was renewed has the year of that as its year built, and a bridge its full capacity. Other
    assets keep their surveys.

    Parameters
    ----------
    register : Register; as it was before
    programme : Programme; its works
    catalogue : Catalogue; treatments of each group
    until : int; last year that is past
    """
    assets = register.assets.set_index("asset_id")
    works = programme.works[(programme.works["year"] <= until) & programme.works["asset_id"].isin(assets.index)]
    last = works.sort_values("year", kind="stable").groupby("asset_id")[["year", "treatment"]].last()
    ids, then = last.index, programme.assets.set_index("asset_id").loc[last.index]
    own = {(group, t.name): t for group, each in catalogue.own_all.items() for t in each}
    treatments = [own[key] for key in zip(then["group"], last["treatment"], strict=True)]
    assets.loc[ids, "measure"] = "index"
    assets.loc[ids, "value"] = then[f"plan_{until}"].astype(float).round(4)
    assets.loc[ids, "surveyed_year"] = float(until)
    assets.loc[ids, "texture_mm"] = np.nan
    renewed = ids[[t.renews for t in treatments]]
    assets.loc[renewed, "built_year"] = last.loc[renewed, "year"].astype(float)
    assets.loc[renewed, "capacity_t"] = np.nan
    posting = assets.loc[renewed, "posting"]
    assets.loc[renewed, "posting"] = posting.where(posting == "", "open")
    for asset, treatment in zip(ids, treatments, strict=True):
        if treatment.becomes:
            assets.loc[asset, "group"] = treatment.becomes
    over = assets["committed_year"] <= until
    assets.loc[over, "committed_treatment"], assets.loc[over, "committed_year"] = "", np.nan
    return replace(register, assets=assets.reset_index()[register.assets.columns]), len(ids)


def without_sold(register: Register, programme: Programme, until: int) -> tuple[Register, tuple[str, ...]]:
    """The register without premises that were sold in past years, their blocks and components; and those premises.

    Parameters
    ----------
    register, programme, until : as of `with_works`
    """
    bids = programme.bids
    if bids is None:
        return register, ()
    sold = set(bids.loc[bids["chosen"] & (bids["kind"] == SALE) & (bids["start"] <= until), "bid"])
    names = register.premises["premises_id"]
    gone = tuple(names[names.map(name_of_sale).isin(sold)])
    if not gone:
        return register, ()
    assets = register.assets[~premises_of(register.assets, register.blocks).isin(gone)].reset_index(drop=True)
    seen = register.inspections[register.inspections["asset_id"].isin(set(assets["asset_id"]))]
    premises, blocks = (
        table[~table["premises_id"].isin(gone)].reset_index(drop=True) for table in (register.premises, register.blocks)
    )
    seen = seen.reset_index(drop=True)
    return replace(register, assets=assets, inspections=seen, premises=premises, blocks=blocks), gone
