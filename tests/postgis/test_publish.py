"""A programme is published to PostGIS whole or not at all, over nothing that is somebody else's."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from commands import Done, run
from postgis_server import PASSWORD, Server

import assetplan
from assetplan.errors import OutputExistsError, RegisterError
from assetplan.programme import Programme


@pytest.fixture(scope="module")
def few(small_programme: Programme) -> Programme:
    """A programme with a few of its assets and works, one of which has a name that would be SQL."""
    assets = small_programme.assets.head(5).copy()
    assets.loc[assets.index[0], "name"] = "'); DROP TABLE plans.assets; --"
    return replace(small_programme, assets=assets, works=small_programme.works.head(3))


@pytest.mark.slow
def test_tables_hold_what_the_folder_does(server: Server, planned: tuple[Done, Path]) -> None:
    folder = planned[1]
    done = run("publish", folder, "--to", server.url(), "--schema", "Plan of 2019")
    assert (done.returncode, done.stdout) == (0, "Plan of 2019.assets\nPlan of 2019.programme\n"), done.stderr
    programme = assetplan.read_programme(folder)
    for name, written in (("assets", programme.assets), ("programme", programme.works)):
        held = assetplan.postgis.reading.read_table(server.table(f"Plan of 2019.{name}"))[0]
        key = ["asset_id"] if name == "assets" else ["asset_id", "year"]
        wanted = written.sort_values(key, kind="stable").reset_index(drop=True)
        pd.testing.assert_frame_equal(held[wanted.columns], wanted, check_dtype=False)
    assert server.do("""SELECT DISTINCT ST_SRID(geometry) FROM "Plan of 2019".programme""") == [(27700,)]
    again = run("publish", folder, "--to", server.url(), "--schema", "Plan of 2019")
    assert again.returncode == 1
    assert "the database has Plan of 2019.assets and Plan of 2019.programme already" in again.text
    assert PASSWORD not in done.text + again.text


def counts(server: Server, schema: str) -> list[tuple[int, int]]:
    return server.do(f"SELECT (SELECT count(*) FROM {schema}.assets), (SELECT count(*) FROM {schema}.programme)")


def test_force_replaces_our_tables_alone(server: Server, few: Programme) -> None:
    assetplan.publish(few, server.url(), "plans")
    assert server.do("SELECT name FROM plans.assets WHERE name LIKE '%DROP%'") == [("'); DROP TABLE plans.assets; --",)]
    keys = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'plans'::regnamespace"
    assert {key for (key,) in server.do(keys)} == {"PRIMARY KEY (asset_id)", "PRIMARY KEY (asset_id, year)"}
    indexes = "SELECT count(*) FROM pg_indexes WHERE schemaname = 'plans' AND indexdef LIKE '%gist (geometry)'"
    assert server.do(indexes) == [(2,)]
    types = "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'plans'"
    kinds = {"asset_id": "text", "year": "bigint", "cost": "double precision", "committed": "boolean"}
    assert kinds.items() <= dict(server.do(types)).items()
    assert server.do("SELECT obj_description('plans.assets'::regclass)") == [
        (f"assetplan {assetplan.__version__}: {few.summary.title}",)
    ]
    assetplan.publish(replace(few, works=few.works.head(2)), server.url(), "plans", force=True)
    assert counts(server, "plans") == [(5, 2)]
    server.do("CREATE SCHEMA mine", "CREATE TABLE mine.programme (t text)")
    for force, rule in ((False, "the database has mine.programme already"), (True, "did not write mine.programme")):
        with pytest.raises(OutputExistsError, match=rule):
            assetplan.publish(few, server.url(), "mine", force=force)
    assert server.do("SELECT count(*) FROM mine.programme") == [(0,)]
    assert server.do("SELECT to_regclass('mine.assets')") == [(None,)]


def test_where_nothing_may_be_written_nothing_is(server: Server, few: Programme) -> None:
    server.do("CREATE SCHEMA locked", user="postgres")
    with pytest.raises(RegisterError, match="locked: the database refuses it: permission denied for schema locked"):
        assetplan.publish(few, server.url(), "locked")
    with pytest.raises(RegisterError, match="nowhere: the database has no PostGIS"):
        assetplan.publish(few, server.url("postgres", "template1"), "nowhere")
    own = few.assets.set_crs("+proj=tmerc +lat_0=50 +lon_0=-2 +x_0=1", allow_override=True)
    with pytest.raises(RegisterError, match=r"own\.assets, column geometry: its coordinate system has no EPSG number"):
        assetplan.publish(replace(few, assets=own), server.url(), "own")
    twice = gpd.GeoDataFrame(pd.concat([few.works, few.works.head(1)]), crs=few.works.crs)
    with pytest.raises(RegisterError, match="duplicate key value"):
        assetplan.publish(replace(few, works=twice), server.url(), "own")
    assert server.do("SELECT to_regnamespace('own')") == [(None,)]
    with pytest.raises(RegisterError, match="without a password") as error:
        assetplan.publish(few, "postgresql://gis:SECRET@host/db", "own")
    assert "SECRET" not in str(error.value)


def test_a_transaction_that_is_killed_leaves_everything_as_it_was(server: Server, few: Programme) -> None:
    import psycopg

    assetplan.publish(few, server.url(), "killed")
    ended: list[RegisterError] = []

    def again() -> None:
        with pytest.raises(RegisterError) as error:
            assetplan.publish(replace(few, assets=few.assets.head(1)), server.url(), "killed", force=True)
        ended.append(error.value)

    waiting = "FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = 'highways_gis'"
    with psycopg.connect(server.url()) as other:
        other.execute("LOCK TABLE killed.programme IN ACCESS SHARE MODE")  # as one who has it open on a map
        writer = threading.Thread(target=again)
        writer.start()
        deadline = time.monotonic() + 20
        while not server.do(f"SELECT pg_terminate_backend(pid) {waiting}", user="postgres"):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        writer.join(20)
    assert "killed: the database refuses it: terminating connection due to administrator command" in str(ended[0])
    assert counts(server, "killed") == [(5, 3)]
