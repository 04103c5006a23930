# SPDX-License-Identifier: Apache-2.0
"""Tells Django of this room; from then on the journal hears of each sign-in."""

from importlib import import_module

from django.apps import AppConfig


class WebConfig(AppConfig):  # type: ignore[misc]
    name = "comity.web"
    label = "web"

    def ready(self) -> None:
        import_module("comity.web.accounts")  # it connects itself to Django's signals
