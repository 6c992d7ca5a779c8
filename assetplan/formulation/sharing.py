"""Works that may share a site: sections beside each other as one scheme, and a bridge or signals with their road.

Each candidate scheme is a group that chooses together. Its **modes**: apart, where every member chooses by itself and
pays for its own site; or one crew in one year, where every section of the scheme has that crew's works, and they share
one site; or that with a bridge or signals beside the scheme, treated in the same year behind the same cones. What is
shared is taken off the works that share it, so that a choice costs what its sites cost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely

from assetplan import network
from assetplan._types import Bools, Floats, Ints
from assetplan.config import Plan
from assetplan.connectivity.layout import candidate_schemes
from assetplan.display import Shown
from assetplan.formulation.site_costs import SiteWorks, charge
from assetplan.formulation.works import Works
from assetplan.inputs.load import Inputs
from assetplan.network import SchemeRules
from assetplan.optimisation.problem.choices import Choices
from assetplan.strategies import Candidates
from assetplan.treatments import KINDS

NONE = -1
APART = -1
_NO_MODES = pd.DataFrame({name: np.zeros(0, dtype=np.intp) for name in ("group", "crew", "year", "neighbour")})


@dataclass(frozen=True, eq=False)
class SchemeMembership:
    """Which candidate scheme each asset belongs to, arrays (n_assets,).

    Attributes
    ----------
    core : array
        Scheme that each section is part of, or a scheme of its own with a bridge or signals on it; −1 for none.
    beside : array; scheme that each bridge or signal lies on, and so stands beside; −1 for none
    """

    core: Ints
    beside: Ints

    @property
    def group(self) -> Ints:
        """Scheme of each asset, as a core or beside it; −1 for none."""
        return np.maximum(self.core, self.beside)


@dataclass(frozen=True, eq=False, repr=False)
class SharedSites(Shown):
    """Candidates of their own sites and of shared ones.

    Attributes
    ----------
    options : Candidates
        The candidates on sites of their own, and copies of those that share a site, at what they then cost.
    group : array (n_assets,); scheme of each asset, −1 for none
    mode : array (n_options,); mode of the scheme, −1 where its members choose by themselves
    saved : array (n_options,); what each saves beside the same works on a site of their own [£]
    twin : array (n_options,); row, among the candidates given, of the same works on sites of their own
    modes : DataFrame
        What each mode is, by its number: group, crew, year (0 is the first), neighbour (row of the asset, −1 none).
    beside : array of bool (n_assets,); bridges and signals that lie on a scheme
    """

    options: Candidates
    group: Ints
    mode: Ints
    saved: Floats
    twin: Ints
    modes: pd.DataFrame
    beside: Bools

    @property
    def copies(self) -> Bools:
        """Options whose works another option, in the mode apart, does on a site of its own (n_options,)."""
        return self.mode >= 0

    def sites(self, chosen: Ints) -> pd.DataFrame:
        """The works that share a site in a choice: columns asset (row), mode, year (0 is the first), saved [£]."""
        mode, options = self.mode[chosen], self.options
        rows = pd.DataFrame({"asset": np.arange(len(chosen)), "mode": mode, "saved": self.saved[chosen]})
        rows = rows[mode >= 0].join(self.modes[["year", "neighbour"]], on="mode")
        works = options.schedule[chosen[rows["asset"]], rows["year"]] >= 0
        # another bridge of the scheme may be treated in the same year on a site of its own
        beside = self.beside[rows["asset"]] & (rows["neighbour"] != rows["asset"])
        return rows[works & ~beside].drop(columns="neighbour").reset_index(drop=True)


def share(inputs: Inputs, options: Candidates, free: Bools, firm: Ints) -> SharedSites:
    """Add, to the candidates, copies of those that may share a site, if the plan has sites shared.

    Parameters
    ----------
    inputs : Inputs; the plan with its register
    options : Candidates; each at the cost of its own sites
    free : array of bool (n_assets,); assets that the plan file does not tie to others itself
    firm : array (n_assets,); scheme of each asset's firm works, −1 for none
    """
    n = len(options.asset)
    no_scheme, not_beside = np.full(len(free), NONE), np.zeros(len(free), dtype=bool)
    unshared = SharedSites(options, no_scheme, np.full(n, APART), np.zeros(n), np.arange(n), _NO_MODES, not_beside)
    if inputs.plan.sites.costs != "shared":
        return unshared
    works = Works.of(inputs.register.assets, inputs.model, options)
    membership = scheme_membership(inputs, options, works, free, firm)
    if membership.group.max() < 0:
        return unshared
    return share_sites(options, works, SiteWorks.of(works, inputs.sites), membership, inputs.model.rules.discount)


def scheme_membership(inputs: Inputs, options: Candidates, works: Works, free: Bools, firm: Ints) -> SchemeMembership:
    """Candidate schemes of sections, with what lies beside them and may share a site.

    Sections join whose best strategies, each by itself, begin with works of one kind; firm works join as they did.

    Parameters
    ----------
    inputs : Inputs; the plan with its register
    options, works : Candidates, Works; the candidates and their works
    free : array of bool (n_assets,); assets that the plan file does not tie to others itself
    firm : array (n_assets,); scheme of each asset's firm works, −1 for none
    """
    assets = inputs.register.assets
    classes = inputs.tables.classes
    rows = np.flatnonzero(assets["asset_class"].isin(classes.where("schemes", "sections")).to_numpy() & free)
    kind = np.where(firm[rows] >= 0, NONE, _best_kind(options, works)[rows])
    schemes = candidate_schemes(assets.iloc[rows], kind, scheme_rules(inputs.plan))
    core = np.full(len(assets), NONE, dtype=np.intp)
    core[rows] = np.where(schemes.bridged, NONE, schemes.member)
    core[rows] = np.where(firm[rows] >= 0, len(schemes.first) + firm[rows], core[rows])
    section = np.where(free, section_of(assets, rows, classes.where("schemes", "beside")), NONE)
    # A section of no scheme with something beside it is a scheme of its own.
    single = np.unique(section[section >= 0])
    single = single[core[single] < 0]
    core[single] = core.max(initial=NONE) + 1 + np.arange(len(single))
    return SchemeMembership(core, np.where(section >= 0, core[section], NONE))


def scheme_rules(plan: Plan) -> SchemeRules:
    """Lengths of schemes: the plan's own, else the packaged ones.

    Raises
    ------
    ValueError
        The shortest is above the longest.
    """
    own = plan.sites.model_dump(include={"gap", "minimum", "maximum"}, exclude_none=True)
    return replace(network.packaged_rules(), **own)


def _best_kind(options: Candidates, works: Works) -> Ints:
    """Kind (a place in `KINDS`) of the first works of each asset's best strategy; −1 where nothing is best."""
    best = Choices(options.starts).best(options.benefit)[1]
    kinds = works.treatments["kind"].map(KINDS.index).to_numpy(dtype=np.intp)
    of_option = np.full(works.n_options, NONE, dtype=np.intp)
    of_option[works.option[::-1]] = kinds[works.treatment[::-1]]
    return of_option[best]


def section_of(assets: pd.DataFrame, rows: Ints, beside: tuple[str, ...]) -> Ints:
    """Row of the section that each asset of some classes lies on: the one it names, or the nearest of its link.

    −1 where there is none, and for assets of other classes.

    Parameters
    ----------
    assets : DataFrame; table `assets` of the register (n_assets)
    rows : array (n_sections,); those of its rows that are sections
    beside : tuple of str; classes of the assets that may lie on one
    """
    out = np.full(len(assets), NONE, dtype=np.intp)
    mine = np.flatnonzero(assets["asset_class"].isin(beside))
    named = pd.Index(assets["asset_id"].iloc[rows]).get_indexer(pd.Index(assets["parent_id"].iloc[mine]))
    out[mine[named >= 0]] = rows[named[named >= 0]]
    lost = mine[(named < 0) & (assets["link_id"].iloc[mine] != "").to_numpy()]
    shapes = assets.geometry.to_numpy()
    on = pd.DataFrame({"asset": lost, "link": assets["link_id"].to_numpy(dtype=object)[lost]}).merge(
        pd.DataFrame({"section": rows, "link": assets["link_id"].to_numpy(dtype=object)[rows]}), on="link"
    )
    on["gap"] = shapely.distance(shapes[on["asset"]], shapes[on["section"]])
    nearest = on.dropna(subset="gap").sort_values(["asset", "gap", "section"], kind="stable").drop_duplicates("asset")
    out[nearest["asset"]] = nearest["section"]
    return out


def share_sites(
    options: Candidates, works: Works, sites: SiteWorks, membership: SchemeMembership, discount: Floats
) -> SharedSites:
    """Add, to the candidates, copies of those that may share a site.

    Parameters
    ----------
    options : Candidates; each at the cost of its own sites
    works, sites : Works, SiteWorks; their works
    membership : SchemeMembership; which assets may share one
    discount : array (n_years,); discount factors at the start of each year
    """
    table = pd.DataFrame(
        {
            "option": works.option, "asset": works.asset, "year": works.year, "crew": sites.crew,
            "fixed": sites.fixed, "days": sites.days, "guarding": sites.guarding,
        }
    )[sites.crew >= 0]  # fmt: skip
    core = table.assign(group=membership.core[table["asset"]]).query("group >= 0")
    beside = table.assign(group=membership.beside[table["asset"]]).query("group >= 0")
    modes = _modes(core, beside, np.bincount(membership.core[membership.core >= 0]))
    group = np.where(np.isin(membership.group, modes["group"]), membership.group, NONE)
    rows = pd.concat(
        [
            pd.DataFrame({"option": np.arange(len(options.asset)), "mode": APART, "year": 0, "saved": 0.0}),
            _core_rows(core, modes),
            _beside_rows(beside, modes),
            _not_joining(options, membership, modes),
        ],
        ignore_index=True,
    )
    rows = rows.iloc[np.argsort(options.asset[rows["option"]], kind="stable")]
    twin = rows["option"].to_numpy(dtype=np.intp)
    copies = options.take(twin)
    year = rows["year"].to_numpy(dtype=np.intp)
    saved = np.minimum(rows["saved"].to_numpy(dtype=float), copies.cost[np.arange(len(twin)), year])
    charged = charge(copies, np.arange(len(twin)), year, -saved, discount)
    mode = rows["mode"].to_numpy(dtype=np.int64)
    return SharedSites(charged, group, mode, saved, twin, modes.set_index("mode"), membership.beside >= 0)


def _modes(core: pd.DataFrame, beside: pd.DataFrame, size: Ints) -> pd.DataFrame:
    """Every mode but apart, numbered by row.

    Columns group, crew, year, neighbour (asset treated with the scheme, −1 none), members (sections that share),
    days (the least that the neighbour, or the scheme, works; the lesser of the two is shared), core_shorter.
    """
    key = ["group", "crew", "year"]
    least = core.groupby([*key, "asset"], as_index=False)["days"].min()
    whole = least.groupby(key, as_index=False).agg(members=("asset", "size"), core_days=("days", "sum"))
    whole = whole[whole["members"] == size[whole["group"]]]
    near = beside.groupby(["group", "year", "asset"], as_index=False)["days"].min()
    near = near.set_axis(["group", "year", "neighbour", "near_days"], axis="columns")
    alone = whole[whole["members"] > 1].assign(neighbour=NONE, near_days=0.0)
    modes = pd.concat([alone, whole.merge(near, on=["group", "year"])], ignore_index=True)
    modes = modes.sort_values([*key, "neighbour"], kind="stable", ignore_index=True)
    return modes.assign(core_shorter=modes["core_days"] <= modes["near_days"], mode=np.arange(len(modes)))


def _core_rows(core: pd.DataFrame, modes: pd.DataFrame) -> pd.DataFrame:
    """Works of a scheme's sections in each of its modes: one site for all, no guarding behind a longer neighbour's."""
    least = core.groupby(["group", "crew", "year", "asset"])["days"].transform("min")
    rows = core.assign(least=least).merge(modes, on=["group", "crew", "year"])
    saved = rows["fixed"] * (1 - 1 / rows["members"]) + rows["core_shorter"] * rows["least"] * rows["guarding"]
    return rows[["option", "mode", "year"]].assign(saved=saved)


def _beside_rows(beside: pd.DataFrame, modes: pd.DataFrame) -> pd.DataFrame:
    """Works of a bridge or signals in the modes that treat them with their scheme."""
    rows = beside.drop(columns="crew").merge(
        modes, left_on=["group", "year", "asset"], right_on=["group", "year", "neighbour"]
    )
    saved = np.where(rows["core_shorter"], 0.0, rows["core_days"] * rows["guarding"])
    return rows[["option", "mode", "year"]].assign(saved=saved)


def _not_joining(options: Candidates, membership: SchemeMembership, modes: pd.DataFrame) -> pd.DataFrame:
    """All candidates of bridges and signals, in those modes of their scheme that do not treat them with it."""
    beside = pd.DataFrame({"option": np.flatnonzero(membership.beside[options.asset] >= 0)})
    beside = beside.assign(asset=options.asset[beside["option"]])
    beside = beside.assign(group=membership.beside[beside["asset"]])
    rows = beside.merge(modes[["group", "mode", "neighbour"]], on="group")
    rows = rows[rows["asset"] != rows["neighbour"]]
    return rows[["option", "mode"]].assign(year=0, saved=0.0)
