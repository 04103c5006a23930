# SPDX-License-Identifier: Apache-2.0
"""Each database that an index may live in.

PostgreSQL runs where COMITY_TEST_POSTGRESQL names an empty database by URL.
"""

import os

import pytest

from comity.store.database import connect, disconnect

URL = os.environ.get("COMITY_TEST_POSTGRESQL", "")


def _database_of_this_worker() -> str:
    """Tests run side by side, and each empties its database: so one for each worker."""
    import psycopg

    name = f"comity_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    with psycopg.connect(URL, autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            server.execute(f'CREATE DATABASE "{name}"')
    return f"{URL.rpartition('/')[0]}/{name}"


@pytest.fixture(params=["sqlite", "postgresql"])
def alias(request, fast_path):
    if request.param == "sqlite":
        alias = connect(fast_path / "comity.sqlite")
        yield alias
        disconnect(alias)
        return
    if not URL:
        pytest.skip("no PostgreSQL: set COMITY_TEST_POSTGRESQL to the URL of an empty database")
    from django.core.management import call_command

    alias = connect(_database_of_this_worker())
    call_command("flush", database=alias, interactive=False, verbosity=0)
    yield alias
    disconnect(alias)
