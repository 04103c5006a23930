# SPDX-License-Identifier: Apache-2.0
"""Django's name for this room."""

from django.apps import AppConfig


class WorkConfig(AppConfig):  # type: ignore[misc]
    name = "comity.work"
    label = "work"
    default_auto_field = "django.db.models.BigAutoField"
