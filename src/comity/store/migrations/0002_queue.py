# SPDX-License-Identifier: Apache-2.0
"""Columns, indexes and words for the queue.

The table of analyses is made anew with its long column last and filled from the older one, each
row's new columns from its own printed line; so an older index is complete afterwards, without
reading the vault.
"""

import json
from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Coalesce

from comity.store.rows import shown

_SOME = 500  # rows held in memory; ours
_KEPT = (
    "id report position versions mail form label origin_ip asn country network mail_date made_at "
    "current line"
).split()
_NEW = ("confidence", "subtype", "language", "subject", "sender", "sender_domain")


def make_words(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "sqlite":
        editor.execute(
            "CREATE VIRTUAL TABLE comity_words USING fts5(subject, sender, hosts, "
            "tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3')"
        )
        return
    editor.create_model(apps.get_model("comity", "Words"))
    for name, text in (
        ("all", "subject || ' ' || sender || ' ' || hosts"),
        ("sender", "sender"),
    ):
        editor.execute(
            f"CREATE INDEX words_{name} ON comity_words USING gin (to_tsvector('simple', {text}))"
        )


def fill(apps: Any, editor: Any) -> None:
    """Every row of the older table; words and domains of the current ones."""
    alias = editor.connection.alias
    models_ = {name: apps.get_model("comity", name) for name in _MODELS}
    old = models_["AnalysisOne"].objects.using(alias).order_by("id")
    reached = 0
    while some := list(old.filter(id__gt=reached)[:_SOME]):
        reached = some[-1].id
        _fill(alias, models_, some)
    if editor.connection.vendor == "postgresql":
        editor.execute(
            "SELECT setval(pg_get_serial_sequence('comity_analysis', 'id'), %s, %s)",
            [reached or 1, reached > 0],
        )


_MODELS = ("AnalysisOne", "Analysis", "Reporting", "Sighting", "Words")


def _fill(alias: str, of: dict[str, Any], some: list[Any]) -> None:
    reports = {row.report for row in some}
    arrived = dict(
        of["Reporting"]
        .objects.using(alias)
        .filter(digest__in=reports)
        .order_by("-leaf")
        .values_list("digest", "received_at")
    )
    rows, words, sightings = [], [], []
    for row in some:
        told = shown(json.loads(row.line))
        kept = {name: getattr(row, name) for name in _KEPT}
        new = {name: getattr(told, name) for name in _NEW}
        rows.append(of["Analysis"](**kept, **new, arrived_at=arrived.get(row.report, row.made_at)))
        if row.current:
            words.append(of["Words"](rowid=row.id, **told.words()))
            sightings += [
                of["Sighting"](analysis_id=row.id, kind=kind, value=value)
                for kind, value in told.sightings
            ]
    of["Analysis"].objects.using(alias).bulk_create(rows, _SOME)
    of["Words"].objects.using(alias).bulk_create(words, _SOME)
    of["Sighting"].objects.using(alias).bulk_create(sightings, _SOME)


_INDEXES = {
    "arrived": ["-arrived_at", "-id", "category", "decided", "mail"],
    "category": ["category", "-arrived_at", "-id", "decided", "mail"],
    "confidence": ["confidence", "-arrived_at", "-id"],
    "sender": ["sender_domain", "-arrived_at", "-id"],
    "country": ["country", "-arrived_at", "-id", "category"],
    "asn": ["asn", "-arrived_at", "-id", "category"],
}


class Migration(migrations.Migration):  # type: ignore[misc]
    dependencies: ClassVar[list[tuple[str, str]]] = [("comity", "0001_first_tables")]

    operations: ClassVar[list[object]] = [
        # Names of indexes are taken once in a database: the older table gives them up first.
        migrations.RemoveIndex("analysis", "analysis_current_label"),
        migrations.RemoveConstraint("analysis", "analysis_once_per_versions"),
        migrations.AlterField("analysis", "mail", models.CharField(max_length=64)),
        migrations.RenameModel("Analysis", "AnalysisOne"),
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
                ("form", models.CharField(max_length=16)),
                ("label", models.CharField(max_length=16)),
                ("decided", models.CharField(max_length=16, null=True)),
                (
                    "category",
                    models.GeneratedField(
                        db_persist=True,
                        expression=Coalesce("decided", "label"),
                        output_field=models.CharField(max_length=16),
                    ),
                ),
                ("confidence", models.FloatField(default=0.0)),
                ("subtype", models.CharField(max_length=64, null=True)),
                ("language", models.CharField(max_length=16, null=True)),
                ("arrived_at", models.DateTimeField()),
                ("subject", models.TextField(default="")),
                ("sender", models.TextField(default="")),
                ("sender_domain", models.CharField(default="", max_length=253)),
                ("origin_ip", models.CharField(max_length=45, null=True)),
                ("asn", models.BigIntegerField(null=True)),
                ("country", models.CharField(max_length=2, null=True)),
                ("network", models.TextField(null=True)),
                ("mail_date", models.DateTimeField(null=True)),
                ("made_at", models.DateTimeField()),
                ("current", models.BooleanField()),
                ("line", models.TextField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("report", "position", "versions"), name="analysis_once_per_versions"
                    )
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("current", True)), fields=fields, name=f"queue_{name}"
                    )
                    for name, fields in _INDEXES.items()
                ],
            },
        ),
        migrations.CreateModel(
            name="Sighting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=8)),
                ("value", models.CharField(max_length=253)),
                (
                    "analysis",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="comity.analysis",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["value", "kind", "analysis"], name="sighting_value")
                ],
            },
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Words",
                    fields=[
                        ("rowid", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("subject", models.TextField()),
                        ("sender", models.TextField()),
                        ("hosts", models.TextField()),
                    ],
                )
            ]
        ),
        migrations.RunPython(make_words, migrations.RunPython.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.DeleteModel("AnalysisOne"),
    ]
