# SPDX-License-Identifier: Apache-2.0
"""Tells Django that this room holds tables."""

from django.apps import AppConfig


class StoreConfig(AppConfig):  # type: ignore[misc]
    name = "comity.store"
    label = "comity"
    default_auto_field = "django.db.models.BigAutoField"
