# SPDX-License-Identifier: Apache-2.0
"""What every class on the index shares: its database, its rows, and what a failing one becomes.

Knows no table and no question.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, InterfaceError, transaction

from comity.store.database import away


class Tables:
    """Of one node. `alias` names its database (`store.database.connect`). Raises ServiceAway."""

    def __init__(self, alias: str) -> None:
        self.alias = alias

    def _rows(self, model: Any) -> Any:
        return model.objects.using(self.alias)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """A database that fails becomes ServiceAway."""
        try:
            yield
        except (DatabaseError, InterfaceError) as error:
            raise away(error) from error

    @contextmanager
    def _change(self) -> Iterator[None]:
        """The same, in one transaction."""
        with self._asking(), transaction.atomic(using=self.alias):
            yield
