# SPDX-License-Identifier: Apache-2.0
"""What people decided of mails, and names of campaigns."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]
    dependencies: ClassVar[list[tuple[str, str]]] = [("comity", "0002_queue")]

    operations: ClassVar[list[object]] = [
        migrations.AddField("campaignrow", "name", models.TextField(default="")),
        migrations.CreateModel(
            name="DecisionRow",
            fields=[
                ("leaf", models.BigIntegerField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=32)),
                ("actor", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("detail", models.TextField()),
                ("undone", models.BigIntegerField(null=True)),
            ],
            options={"indexes": [models.Index(fields=["kind", "leaf"], name="decision_kind")]},
        ),
        migrations.CreateModel(
            name="DecidedMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mail", models.CharField(max_length=64)),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="comity.decisionrow"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("mail", "decision"), name="decided_once")
                ]
            },
        ),
    ]
