"""Works that share a site: sections of a road or an estate as one scheme, and a bridge or signals with their road.

Each candidate scheme, of a road, an estate or a block, is a group that chooses together. Its **modes**: apart, where
every member chooses by itself and pays for its own site, if its works are large enough for one; or closed in one year,
or in two, where every section has the works of the crew that the mode gives it, or none. Each crew's site is shared by
the sections that it treats, and a bridge or signals treated in that year stand behind the scheme's cones. What is
shared is taken off the works that share it, so that a choice costs what its sites cost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely

from assetplan._types import Bools, Floats, Ints
from assetplan.connectivity.road_runs import RoadRuns
from assetplan.display import Shown
from assetplan.formulation.block_sites import alone_in_block, block_schemes, blocks_of
from assetplan.formulation.candidate_schemes import RoadSections, form_candidates
from assetplan.formulation.divide import ROUNDING
from assetplan.formulation.section_worth import SectionWorth, single_works
from assetplan.formulation.site_costs import SiteWorks, charge
from assetplan.formulation.site_sizes import large_enough, least_of_works, scheme_limits
from assetplan.formulation.works import Works
from assetplan.inputs.load import Inputs
from assetplan.register.premises import kept_by_others
from assetplan.strategies import Candidates

NONE = -1
APART = -1
_MODES = ("scheme", "year", "again")


@dataclass(frozen=True, eq=False, repr=False)
class SharedSites(Shown):
    """Candidates of their own sites and of shared ones.

    Attributes
    ----------
    options : Candidates
        The candidates on sites of their own that are large enough, and copies of those that share a site, at what they
        then cost.
    group : array (n_assets,); candidate scheme of each asset, −1 for none
    mode : array (n_options,); mode of the scheme, −1 where its members choose by themselves
    saved : array (n_options,); what each saves beside the same works on a site of their own [£]
    year : array (n_options,); plan year of the works that share a site, −1 where none do
    site, closure : array (n_options,); part of its crew's site, and of the closure, that the option bears [0 to 1]
    twin : array (n_options,); row, among the candidates given, of the same works on sites of their own
    modes : DataFrame
        What each mode is, by its number: scheme, year and again, the plan years in which it is closed (again −1: once).
    beside : array of bool (n_assets,); bridges and signals that lie on a scheme
    small : array of bool (n_assets,)
        Sections whose works are all too small for sites of their own and lie in no candidate scheme.
    """

    options: Candidates
    group: Ints
    mode: Ints
    saved: Floats
    year: Ints
    site: Floats
    closure: Floats
    twin: Ints
    modes: pd.DataFrame
    beside: Bools
    small: Bools

    @classmethod
    def none(cls, options: Candidates) -> SharedSites:
        """Candidates none of which shares a site."""
        n, n_assets = len(options.asset), len(options.starts) - 1
        no_modes = pd.DataFrame({name: np.zeros(0, dtype=np.intp) for name in _MODES})
        return cls(
            options, np.full(n_assets, NONE), np.full(n, APART), np.zeros(n), np.full(n, NONE), np.ones(n), np.ones(n),
            np.arange(n), no_modes, *np.zeros((2, n_assets), dtype=bool),
        )  # fmt: skip

    @classmethod
    def apart(cls, options: Candidates, barred: Bools) -> SharedSites:
        """Candidates none of which shares a site, but for those that may not be had apart, (n_options,) of bool."""
        kept = np.flatnonzero(~barred)
        return replace(cls.none(options.take(kept)), twin=kept) if barred.any() else cls.none(options)

    def taking(self, rows: Ints, mode: Ints | None = None) -> SharedSites:
        """The candidates in some rows, sorted by asset; a row may come twice, in modes of its own."""
        part = {name: getattr(self, name)[rows] for name in ("mode", "saved", "year", "site", "closure", "twin")}
        part |= {} if mode is None else {"mode": mode}
        return replace(self, options=self.options.take(rows), **part)

    @property
    def copies(self) -> Bools:
        """Options in a mode of a scheme (n_options,)."""
        return self.mode >= 0

    @property
    def once(self) -> Bools:
        """One option for every strategy of an asset: on its own sites if it may have them, else the first that shares.

        (n_options,) of bool
        """
        order = np.lexsort((self.mode, self.twin))
        first = np.r_[True, np.diff(self.twin[order]) != 0][: len(order)]
        out = np.zeros(len(order), dtype=bool)
        out[order[first]] = True
        return out

    def sites(self, chosen: Ints) -> pd.DataFrame:
        """The works that share a site in a choice: columns asset (row), mode, year (0 is the first), saved [£]."""
        shared = np.flatnonzero(self.year[chosen] >= 0)
        option = chosen[shared]
        return pd.DataFrame(
            {"asset": shared, "mode": self.mode[option], "year": self.year[option], "saved": self.saved[option]}
        )


def share(
    inputs: Inputs, options: Candidates, free: Bools, worth: SectionWorth, runs: RoadRuns, firm: Ints
) -> SharedSites:
    """Leave works on sites of their own that are large enough, and add copies of those that may share a site.

    Parameters
    ----------
    inputs : Inputs; the plan with its register
    options : Candidates; each at the cost of its own sites
    free : array of bool (n_assets,); assets that the plan file does not tie to others itself
    worth : SectionWorth; what schemes are formed by
    runs : RoadRuns; where each section lies along its road
    firm : array (n_assets,); scheme of each asset's firm works, −1 for none
    """
    assets, classes = inputs.register.assets, inputs.tables.classes
    works = Works.of(assets, inputs.model, options)
    sites = SiteWorks.of(works, inputs.sites)
    sections = assets["asset_class"].isin(classes.where("schemes", "sections")).to_numpy() & free
    # What is committed or firm stands.
    stands = standing(options)
    block = blocks_of(assets, classes.where("schemes", "block"))
    block = np.where(free & ~kept_by_others(assets), block, NONE)
    whole = inputs.sites.groupby("crew")["whole"].max().reindex(list(sites.crews)).eq("yes").to_numpy()
    joins = (sections | (block >= 0)) & ~stands[:, inputs.past :].any(axis=1)
    treated = _treated(inputs, np.flatnonzero(joins & sections), worth, runs, sites.crews)
    treated = _after(treated, block_schemes(block, joins, worth, whole, inputs.past))
    kept = _firm(works, sites, np.where(sections | (block >= 0), firm, NONE), treated)
    roads = np.union1d(np.flatnonzero(joins & sections), kept["asset"])
    section = section_of(assets, roads, classes.where("schemes", "beside"))
    section = np.where(free, _as_firm(section, firm, kept["asset"].to_numpy(dtype=np.intp)), NONE)
    treated = pd.concat([treated, kept], ignore_index=True)
    # A section alone shares with what lies on it, or has a site of its own.
    shares = treated.groupby("scheme")["asset"].transform("nunique") > 1
    treated = treated[shares | treated["asset"].isin(section[section >= 0])]
    scheme = np.full(len(assets), NONE)
    scheme[treated["asset"]] = treated["scheme"]
    beside = np.where(section >= 0, scheme[section], NONE)
    apart = large_enough(inputs, works, sections, stands)
    left = np.logical_or.reduceat(~apart, options.starts[:-1])
    left &= np.add.reduceat(apart, options.starts[:-1], dtype=np.intp) == 1
    apart &= ~alone_in_block(inputs, works, stands)
    rows = pd.concat(
        [
            _rows(np.flatnonzero(apart), APART, NONE, 0.0),
            _members(inputs, works, sites, treated),
            _untreated(options, scheme, treated),
            _beside(options, works, sites, beside, treated),
        ],
        ignore_index=True,
    )
    shared = _with_rows(inputs, options, rows, treated)
    return replace(shared, group=np.maximum(scheme, beside), beside=beside >= 0, small=left & (scheme < 0))


def standing(options: Candidates) -> Bools:
    """Works that are committed or firm, (n_assets, n_years): the first candidate of an asset has them."""
    out: Bools = options.schedule[options.starts[:-1]] >= 0
    return out


def _after(treated: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """Candidate schemes and others, whose numbers follow theirs."""
    first = {name: int(treated[name].max()) + 1 if len(treated) else 0 for name in ("scheme", "mode")}
    return pd.concat([treated, more.assign(**{name: more[name] + first[name] for name in first})], ignore_index=True)


def _with_rows(inputs: Inputs, options: Candidates, rows: pd.DataFrame, treated: pd.DataFrame) -> SharedSites:
    """The options of a table of them, at what they cost, in no groups yet."""
    rows = rows.iloc[np.lexsort((rows["mode"] >= 0, options.asset[rows["option"]]))]
    twin, year = (rows[name].to_numpy(dtype=np.intp) for name in ("option", "year"))
    copies, saving = options.take(twin), np.flatnonzero(year >= 0)
    saved = np.zeros(len(twin))
    saved[saving] = np.minimum(rows["saved"].to_numpy()[saving], copies.cost[saving, year[saving]])
    charged = charge(copies, saving, year[saving], -saved[saving], inputs.model.rules.discount)
    return replace(
        SharedSites.none(charged), mode=rows["mode"].to_numpy(dtype=np.int64), saved=saved, year=year, twin=twin,
        site=rows["site"].to_numpy(dtype=float), closure=rows["closure"].to_numpy(dtype=float),
        modes=treated.drop_duplicates("mode").set_index("mode")[list(_MODES)].sort_index(),
    )  # fmt: skip


def _treated(inputs: Inputs, rows: Ints, worth: SectionWorth, runs: RoadRuns, crews: tuple[str, ...]) -> pd.DataFrame:
    """Candidate schemes of every class, each with what its sections are treated by in its modes."""
    assets = inputs.register.assets
    length = assets["length_m"].fillna(0.0).to_numpy(dtype=float)
    rows = rows[runs.run[rows] >= 0]
    # Footways on both sides of a road lie at one place: they go by their names, whatever the order of the register.
    rows = rows[np.argsort(assets["asset_id"].to_numpy(dtype=object)[rows], kind="stable")]
    rows = rows[np.lexsort((runs.from_m[rows], runs.run[rows]))]
    classes = []
    for name in sorted(set(assets["asset_class"].iloc[rows])):
        mine = rows[(assets["asset_class"].iloc[rows] == name).to_numpy()]
        sections = RoadSections(mine, runs.run[mine], runs.estate[mine], length[mine])
        classes.append((sections, scheme_limits(inputs, crews)))
    most = np.inf if inputs.plan.sites.most is None else inputs.plan.sites.most
    return form_candidates(classes, worth, inputs.past, most)


def _firm(works: Works, sites: SiteWorks, firm: Ints, treated: pd.DataFrame) -> pd.DataFrame:
    """Firm works as schemes of one mode each: they share the sites that they shared."""
    single = single_works(works, sites) & (firm[works.asset] >= 0)
    rows = pd.DataFrame({"asset": works.asset, "crew": sites.crew, "works_year": works.year})[single].drop_duplicates()
    scheme = firm[rows["asset"]]
    years = rows.groupby(scheme)["works_year"]
    year, again = years.transform("min"), years.transform("max")
    rows = rows.assign(year=year, again=again.where(again > year, NONE))
    return _after(treated, rows.assign(scheme=scheme, mode=scheme)).iloc[len(treated) :]


def _as_firm(section: Ints, firm: Ints, sections: Ints) -> Ints:
    """Section that bridges and signals lie on, of firm ones a section of the scheme that they are firm with.

    They share its closure as they did, whether or not the section that they lie on is treated itself.

    Parameters
    ----------
    section : array (n_assets,); row of the section that each lies on, −1 for none
    firm : array (n_assets,); scheme of each asset's firm works, −1 for none
    sections : array (n,); rows of the sections whose works are firm
    """
    of = pd.Series(sections, index=firm[sections])
    own = pd.Series(firm).map(of[~of.index.duplicated()]).fillna(NONE).to_numpy(dtype=np.intp)
    return np.where((section >= 0) & (own >= 0), own, section)


def _rows(
    option: object, mode: object, year: object, saved: object, site: object = 1.0, closure: object = 1.0
) -> pd.DataFrame:
    names = ("option", "mode", "year", "saved", "site", "closure")
    return pd.DataFrame(dict(zip(names, (option, mode, year, saved, site, closure), strict=True)))


def _members(inputs: Inputs, works: Works, sites: SiteWorks, treated: pd.DataFrame) -> pd.DataFrame:
    """Works of a scheme's sections in each of its modes: one site for all that a crew treats.

    Works whose treatment needs a larger site than the closure is are none of a mode.
    """
    single = np.flatnonzero(single_works(works, sites))
    of = works.assets[["length_m", "quantity"]].fillna(0.0).to_numpy(dtype=float)[works.asset[single]]
    mine = pd.DataFrame(
        {
            "asset": works.asset[single], "crew": sites.crew[single], "works_year": works.year[single],
            "option": works.option[single], "fixed": sites.fixed[single], "length": of[:, 0], "area": of[:, 1],
            "cost": works.cost[single] - sites.fixed[single], "work": single,
        }
    )  # fmt: skip
    of_site = treated.groupby(["mode", "crew", "works_year"])["asset"].transform("size")
    of_closure = treated.groupby(["mode", "works_year"])["asset"].transform("size")
    rows = treated.assign(site=1 / of_site, closure=1 / of_closure).merge(mine, on=["asset", "crew", "works_year"])
    each = rows.groupby(["mode", "works_year", "asset"])[["length", "area", "cost"]].min()
    closure = each.groupby(level=["mode", "works_year"]).sum()
    size = closure.reindex(pd.MultiIndex.from_frame(rows[["mode", "works_year"]])).to_numpy()
    large = (size >= least_of_works(inputs, works)[rows["work"]] - ROUNDING).all(axis=1)
    rows = rows.iloc[np.flatnonzero(large)]
    saved = rows["fixed"] * (1 - rows["site"])
    return _rows(rows["option"], rows["mode"], rows["works_year"], saved, rows["site"], rows["closure"])


def _untreated(options: Candidates, scheme: Ints, treated: pd.DataFrame) -> pd.DataFrame:
    """Doing nothing, for the sections of a scheme in those of its modes that do not treat them."""
    members = pd.DataFrame({"asset": np.flatnonzero(scheme >= 0)})
    members["scheme"] = scheme[members["asset"]]
    cells = members.merge(treated[["scheme", "mode"]].drop_duplicates(), on="scheme")
    done = pd.MultiIndex.from_frame(treated[["asset", "mode"]])
    cells = cells[~pd.MultiIndex.from_frame(cells[["asset", "mode"]]).isin(done)]
    return _rows(options.starts[cells["asset"].to_numpy()], cells["mode"].to_numpy(), NONE, 0.0)


def _beside(options: Candidates, works: Works, sites: SiteWorks, beside: Ints, treated: pd.DataFrame) -> pd.DataFrame:
    """All candidates of bridges and signals in the modes of the scheme they lie on.

    Works in a year in which it is closed save the traffic management of the days that both work, those of the scheme
    being the fewest that its sections can take.
    """
    option = np.flatnonzero(beside[options.asset] >= 0)
    mine = pd.DataFrame({"option": option, "scheme": beside[options.asset[option]]})
    every = mine.merge(treated[["scheme", "mode"]].drop_duplicates(), on="scheme")
    single = single_works(works, sites)
    table = pd.DataFrame({"option": works.option, "asset": works.asset, "crew": sites.crew, "works_year": works.year})
    table = table.assign(days=sites.days, guarding=sites.guarding)
    least = table[single].groupby(["asset", "crew", "works_year"], as_index=False)["days"].min()
    closed = treated.merge(least, on=["asset", "crew", "works_year"]).groupby(["mode", "works_year"])["days"].sum()
    near = every.merge(table[sites.crew >= 0], on="option")
    near = near.merge(closed.rename("closed").reset_index(), on=["mode", "works_year"])
    near = near.sort_values("works_year", kind="stable").drop_duplicates(["option", "mode"])
    near = near.assign(saved=np.minimum(near["days"], near["closed"]) * near["guarding"])
    rows = every.merge(near[["option", "mode", "works_year", "saved"]], on=["option", "mode"], how="left")
    year = rows["works_year"].fillna(NONE).astype(np.intp)
    return _rows(rows["option"], rows["mode"], year, rows["saved"].fillna(0.0))


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
    shapes, order = assets.geometry.to_numpy(), pd.Series(assets["asset_id"]).rank().to_numpy()
    on = pd.DataFrame({"asset": lost, "link": assets["link_id"].to_numpy(dtype=object)[lost]}).merge(
        pd.DataFrame({"section": rows, "link": assets["link_id"].to_numpy(dtype=object)[rows]}), on="link"
    )
    on["gap"] = shapely.distance(shapes[on["asset"]], shapes[on["section"]])
    on["order"] = order[on["section"]]
    nearest = on.dropna(subset="gap").sort_values(["asset", "gap", "order"], kind="stable").drop_duplicates("asset")
    out[nearest["asset"]] = nearest["section"]
    return out
