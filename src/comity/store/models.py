# SPDX-License-Identifier: Apache-2.0
"""The index: what is found by asking. Every row is derived from the vault and can be made again.

Tables only; questions and changes are in `store.index`. Digests are 64 hexadecimal characters.
"""

from django.db import models
from django.db.models.functions import Coalesce


class Reporting(models.Model):  # type: ignore[misc]
    """One report that came in, one row for each leaf of the log."""

    leaf = models.BigIntegerField(primary_key=True)
    digest = models.CharField(max_length=64, db_index=True)
    path = models.TextField()
    channel = models.CharField(max_length=32)
    length = models.BigIntegerField()
    received_at = models.DateTimeField()


class Analysis(models.Model):  # type: ignore[misc]
    """What one set of versions said of one reported mail. Never changed, only superseded.

    `line` comes last: it is long, and SQLite reads a row from the front.
    """

    report = models.CharField(max_length=64)  # derived from these bytes
    position = models.IntegerField()  # of the reported mail in the report
    versions = models.CharField(max_length=16)  # of the data and code: start of their SHA-256
    mail = models.CharField(max_length=64, db_index=True)
    form = models.CharField(max_length=16)
    label = models.CharField(max_length=16)
    decided = models.CharField(max_length=16, null=True)  # by a person; wins over `label`
    category = models.GeneratedField(  # what is shown, filtered and counted
        expression=Coalesce("decided", "label"),
        output_field=models.CharField(max_length=16),
        db_persist=True,
    )
    confidence = models.FloatField(default=0.0)
    subtype = models.CharField(max_length=64, null=True)
    language = models.CharField(max_length=16, null=True)
    arrived_at = models.DateTimeField()  # the first reporting of `report` was received
    subject = models.TextField(default="")
    sender = models.TextField(default="")  # name and address, as the mail claims
    sender_domain = models.CharField(max_length=253, default="")
    origin_ip = models.CharField(max_length=45, null=True)
    asn = models.BigIntegerField(null=True)
    country = models.CharField(max_length=2, null=True)
    network = models.TextField(null=True)
    mail_date = models.DateTimeField(null=True)  # as the mail claims
    made_at = models.DateTimeField()
    current = models.BooleanField()  # the newest for this mail of this report
    line = models.TextField()  # JSON as `comity analyse --json` prints it

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("report", "position", "versions"), name="analysis_once_per_versions"
            ),
        )
        # One for each order of the queue; where it helps, with the columns that filters ask, so
        # that counts are answered from the index alone.
        indexes = tuple(
            models.Index(fields=fields, condition=models.Q(current=True), name=f"queue_{name}")
            for name, fields in (
                ("arrived", ("-arrived_at", "-id", "category", "decided", "mail")),
                ("category", ("category", "-arrived_at", "-id", "decided", "mail")),
                ("confidence", ("confidence", "-arrived_at", "-id")),
                ("sender", ("sender_domain", "-arrived_at", "-id")),
                ("country", ("country", "-arrived_at", "-id", "category")),
                ("asn", ("asn", "-arrived_at", "-id", "category")),
            )
        )


class Sighting(models.Model):  # type: ignore[misc]
    """A domain that a current analysis names. Kinds are those of `store.rows`."""

    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, db_constraint=False)
    kind = models.CharField(max_length=8)
    value = models.CharField(max_length=253)

    class Meta:
        indexes = (models.Index(fields=("value", "kind", "analysis"), name="sighting_value"),)


class Words(models.Model):  # type: ignore[misc]
    """The words of a current analysis, for full-text search: FTS5 on SQLite, else an indexed
    table. The migration makes it."""

    rowid = models.BigIntegerField(primary_key=True)  # of the analysis
    subject = models.TextField()
    sender = models.TextField()
    hosts = models.TextField()  # domains of links


class FingerprintRow(models.Model):  # type: ignore[misc]
    """What campaigns compare of one mail: a packed row of `campaign.table`."""

    mail = models.CharField(max_length=64)
    version = models.IntegerField()
    row = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("mail", "version"), name="fingerprint_once_per_version"
            ),
        )


class CampaignRow(models.Model):  # type: ignore[misc]
    """A campaign as the last clustering found it."""

    id = models.CharField(max_length=40, primary_key=True)
    size = models.IntegerField(db_index=True)  # mails
    name = models.TextField(default="")  # given by a person
    links = models.TextField()  # JSON: why its members belong together
    summary = models.TextField()  # JSON: counts by label, country and network; when
    made_at = models.DateTimeField()


class CampaignMember(models.Model):  # type: ignore[misc]
    mail = models.CharField(max_length=64, primary_key=True)
    campaign = models.ForeignKey(CampaignRow, on_delete=models.CASCADE)


class DecisionRow(models.Model):  # type: ignore[misc]
    """What a person decided of mails: an event of the journal."""

    leaf = models.BigIntegerField(primary_key=True)  # of the journal
    kind = models.CharField(max_length=32)
    actor = models.CharField(max_length=64)
    at = models.DateTimeField()
    detail = models.TextField()  # JSON, as the event has it
    undone = models.BigIntegerField(null=True)  # leaf of the event that took it back

    class Meta:
        indexes = (models.Index(fields=("kind", "leaf"), name="decision_kind"),)


class DecidedMail(models.Model):  # type: ignore[misc]
    """A mail that a decision names; it need not be in the index yet."""

    mail = models.CharField(max_length=64)
    decision = models.ForeignKey(DecisionRow, on_delete=models.CASCADE)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("mail", "decision"), name="decided_once"),)


class Job(models.Model):  # type: ignore[misc]
    """Work that could not be done yet, with its reason. The key makes doing it twice harmless."""

    key = models.CharField(max_length=80, primary_key=True)  # "analyse:SHA256"
    attempts = models.IntegerField()
    reason = models.TextField()
    tried_at = models.DateTimeField()


class Step(models.Model):  # type: ignore[misc]
    """How far a step has come along the log."""

    name = models.CharField(max_length=32, primary_key=True)
    reached = models.BigIntegerField()  # leaves dealt with
