# SPDX-License-Identifier: Apache-2.0
"""What a list of campaigns shows of each: counts and times, from the newest analyses."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from comity.campaign.actor import Actor
from comity.campaign.campaign import Campaign
from comity.store import models
from comity.values.json import JSON

_MOST = 20  # countries or networks named; ours
_FEW = 5_000  # mails that are asked for by digest; more, and one pass over all is as fast. Ours


class _Tally:
    def __init__(self) -> None:
        self.labels: Counter[str] = Counter()
        self.countries: Counter[str] = Counter()
        self.networks: Counter[str] = Counter()
        self.addresses: set[str] = set()
        self.dates: list[datetime] = []
        self.reportings = 0
        self.received: list[datetime] = []

    def as_json(self) -> dict[str, JSON]:
        return {
            "reportings": self.reportings,
            "labels": _counts(self.labels),
            "countries": _counts(self.countries),
            "networks": _counts(self.networks),
            "addresses": len(self.addresses),
            "first_date": _first(self.dates),
            "last_date": _last(self.dates),
            "first_received": _first(self.received),
            "last_received": _last(self.received),
        }


def summaries(
    alias: str, campaigns: Sequence[Campaign], actors: Sequence[Actor]
) -> dict[str, dict[str, JSON]]:
    """By campaign id. One pass over the analyses and one over the reportings; of few mails, only
    over theirs."""
    tallies = {campaign.id: _Tally() for campaign in campaigns}
    of_mail = {mail: tallies[one.id] for one in campaigns for mail in one.members}
    of_report: dict[str, _Tally] = {}
    rows = (
        models.Analysis.objects.using(alias)
        .filter(current=True)
        .values_list(
            "report", "mail", "category", "country", "asn", "network", "origin_ip", "mail_date"
        )
    )
    few = len(of_mail) <= _FEW
    if few:
        rows = rows.filter(mail__in=list(of_mail))
    for report, mail, label, country, asn, network, ip, date in rows.iterator(10_000):
        tally = of_mail.get(mail)
        if tally is None:
            continue
        of_report[report] = tally
        tally.labels[label] += 1
        tally.countries[country or "unknown"] += 1
        if asn is not None:
            tally.networks[f"AS{asn} {network or ''}".strip()] += 1
        if ip:
            tally.addresses.add(ip)
        _widen(tally.dates, date)
    reportings = models.Reporting.objects.using(alias).values_list("digest", "received_at")
    if few and len(of_report) <= _FEW:
        reportings = reportings.filter(digest__in=list(of_report))
    for digest, received_at in reportings.iterator(10_000):
        tally = of_report.get(digest)
        if tally is not None:
            tally.reportings += 1
            _widen(tally.received, received_at)
    related = _related(actors)
    alone: dict[str, JSON] = {"actor": None, "related": []}
    return {name: tally.as_json() | related.get(name, alone) for name, tally in tallies.items()}


def _related(actors: Sequence[Actor]) -> dict[str, dict[str, JSON]]:
    """By campaign: the actor it may belong to, and which campaigns share what with it."""
    found: dict[str, dict[str, JSON]] = {}
    for actor in actors:
        for name in actor.campaigns:
            others: list[JSON] = [
                {"campaign": link.b if link.a == name else link.a, "why": list(link.why)}
                for link in actor.links
                if name in (link.a, link.b)
            ]
            found[name] = {"actor": actor.id, "related": others}
    return found


def _widen(span: list[datetime], time: datetime | None) -> None:
    """Keep the first and the last."""
    if time is not None:
        span[:] = [min([*span, time]), max([*span, time])]


def _first(span: list[datetime]) -> str | None:
    return span[0].isoformat() if span else None


def _last(span: list[datetime]) -> str | None:
    return span[-1].isoformat() if span else None


def _counts(counter: Counter[str]) -> dict[str, JSON]:
    """Largest first, then by name."""
    return dict(sorted(counter.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST])
