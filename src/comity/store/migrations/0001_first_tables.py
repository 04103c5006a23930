# SPDX-License-Identifier: Apache-2.0
"""The first tables of the index."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):  # type: ignore[misc]
    initial = True

    dependencies: ClassVar[list[tuple[str, str]]] = []

    operations: ClassVar[list[object]] = [
        migrations.CreateModel(
            name="CampaignRow",
            fields=[
                ("id", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("size", models.IntegerField(db_index=True)),
                ("links", models.TextField()),
                ("summary", models.TextField()),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("key", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("attempts", models.IntegerField()),
                ("reason", models.TextField()),
                ("tried_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Reporting",
            fields=[
                ("leaf", models.BigIntegerField(primary_key=True, serialize=False)),
                ("digest", models.CharField(db_index=True, max_length=64)),
                ("path", models.TextField()),
                ("channel", models.CharField(max_length=32)),
                ("length", models.BigIntegerField()),
                ("received_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("name", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("reached", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Analysis",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("report", models.CharField(max_length=64)),
                ("position", models.IntegerField()),
                ("versions", models.CharField(max_length=16)),
                ("mail", models.CharField(db_index=True, max_length=64)),
                ("line", models.TextField()),
                ("form", models.CharField(max_length=16)),
                ("label", models.CharField(max_length=16)),
                ("origin_ip", models.CharField(max_length=45, null=True)),
                ("asn", models.BigIntegerField(null=True)),
                ("country", models.CharField(max_length=2, null=True)),
                ("network", models.TextField(null=True)),
                ("mail_date", models.DateTimeField(null=True)),
                ("made_at", models.DateTimeField()),
                ("current", models.BooleanField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["current", "label"], name="analysis_current_label")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("report", "position", "versions"), name="analysis_once_per_versions"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CampaignMember",
            fields=[
                ("mail", models.CharField(max_length=64, primary_key=True, serialize=False)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="comity.campaignrow"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FingerprintRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mail", models.CharField(max_length=64)),
                ("version", models.IntegerField()),
                ("row", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("mail", "version"), name="fingerprint_once_per_version"
                    )
                ],
            },
        ),
    ]
