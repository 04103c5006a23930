# SPDX-License-Identifier: Apache-2.0
"""Connects Django's ORM to a node's index: SQLite in the node's folder, or PostgreSQL by URL.

Django is set up once for the process, without a project; each node has its own alias, so several
nodes can be open side by side. Creates and upgrades the tables.
"""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError, InterfaceError

from comity.values.errors import ServiceAway, WrongUse

SQLITE_OPTIONS = {
    "timeout": 5,  # seconds to wait for another process
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;",
}


_APP = "comity"


class Router:
    """Keeps the index in its own database: what is not derived from the vault lives elsewhere."""

    def allow_migrate(self, db: str, app_label: str, **_: object) -> bool:
        return (app_label == _APP) == (db != "default")


def connect(where: Path | str) -> str:
    """The alias of the database at a file path or a `postgresql://` URL, its tables up to date.

    Raises ServiceAway if it does not answer, WrongUse for a URL that is no such thing.
    """
    _set_up()
    alias = str(where)
    if alias not in connections.databases:
        config = postgresql(where) if isinstance(where, str) else _sqlite(where)
        connections.databases[alias] = config
        connections.configure_settings(connections.databases)
    try:
        executor = MigrationExecutor(connections[alias])
        if executor.migration_plan(executor.loader.graph.leaf_nodes(_APP)):
            call_command("migrate", _APP, database=alias, verbosity=0, interactive=False)
    except (DatabaseError, InterfaceError) as error:
        raise away(error) from error
    return alias


def disconnect(alias: str) -> None:
    """Close this thread's connection."""
    connections[alias].close()


def away(error: Exception) -> ServiceAway:
    """The error for a person when the database fails."""
    told = " ".join(str(error).split())
    return ServiceAway(
        f"the index does not answer: {told}",
        "Reports are still taken in. PostgreSQL: start it. SQLite: remove the folder index/ of the "
        "node, which is made again from the vault, and run: comity reanalyse",
    )


def _set_up() -> None:
    if settings.configured:
        return
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        DATABASE_ROUTERS=["comity.store.database.Router"],
        INSTALLED_APPS=["comity.store"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        TIME_ZONE="UTC",
    )
    django.setup()


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": dict(SQLITE_OPTIONS),
    }


def postgresql(url: str) -> dict[str, Any]:
    """Django's settings for a `postgresql://` URL. Raises WrongUse for what is none."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise WrongUse(
            "the database URL is not postgresql://USER@HOST/NAME",
            "Correct [database] url in comity.toml; leave it empty for SQLite.",
        )
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise WrongUse(
            "PostgreSQL needs the package psycopg", "Run: pip install 'psycopg[binary]'"
        ) from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
    }
