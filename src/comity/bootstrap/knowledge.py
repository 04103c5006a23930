# SPDX-License-Identifier: Apache-2.0
"""Puts together what an analysis depends on: trust, address data, model, QR decoder, versions.

Reads files the operator names and files the package ships. Decides nothing about mail.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import comity
from comity.campaign.campaign import FINGERPRINT_VERSION
from comity.category.model import load
from comity.report.form import Form
from comity.service.analyse import Knowledge
from comity.trace.addresses import AddressData, NoAddressData
from comity.trace.dkim_check import Answers
from comity.trace.trust import Trust
from comity.values.address import DEMO, PRODUCTION, AddressPolicy
from comity.values.domain import psl_version, registered_domain
from comity.values.errors import BadData, WrongUse

if TYPE_CHECKING:
    from comity.bootstrap.node import Node

POLICIES: dict[str, AddressPolicy] = {policy.name: policy for policy in (PRODUCTION, DEMO)}


def knowledge(
    *,
    trust: str | Path | None = None,
    trusted_relays: Sequence[str] = (),
    provider_data: bool = True,
    geo: Sequence[str | Path] = (),
    policy: str = "production",
    form: Form | None = None,
    dns: str | Path | None = None,
    fingerprints: bool = True,
    qr: bool = True,
) -> Knowledge:
    """Read all data once. Raises BadData for a file that cannot be used, WrongUse for a bad word.

    `trust` is a JSON file as `docs/reference/trust.md` describes; `trusted_relays` are CIDRs or
    host names; `geo` are MMDB files, the first that knows an address wins; `dns` is a file of
    archived DNS answers, without which DKIM is not checked.
    """
    if policy not in POLICIES:
        raise WrongUse(f"no address policy {policy!r}", f"Use one of: {', '.join(POLICIES)}.")
    whom = Trust.providers() if provider_data else Trust()
    if trust is not None:
        whom = whom | Trust.read_json(_text(trust), name=str(trust))
    for relay in trusted_relays:
        whom = whom.with_relay(relay)
    addresses = _addresses(geo)
    model = load()
    registered_domain("a.example")  # read the list now, before child processes share what is read
    versions = {
        "comity": comity.__version__,
        "trust": whom.version(),
        "addresses": addresses.version(),
        "address_policy": policy,
        "model": model.version,
        "public_suffixes": psl_version(),
        "fingerprint": str(FINGERPRINT_VERSION),
    }
    return Knowledge(
        trust=whom,
        addresses=addresses,
        model=model,
        versions=versions,
        policy=POLICIES[policy],
        qr=_read_qr if qr else None,
        dns=_archived(dns) if dns else None,
        fingerprints=fingerprints,
        form=form,
    )


def of_node(node: "Node") -> Knowledge:
    """What a node's settings name."""
    reading = node.settings.reading
    return knowledge(
        trust=reading.trust or None,
        trusted_relays=reading.trusted_relays,
        geo=reading.geo,
        policy=reading.address_policy,
    )


def _addresses(geo: Sequence[str | Path]) -> AddressData:
    if not geo:
        return NoAddressData()
    from comity.gateway.mmdb import Mmdb  # late, as what follows: most runs name no such file

    return Mmdb([Path(one) for one in geo])


def _archived(dns: str | Path) -> Answers:
    from comity.gateway.dns_archive import read_archive

    return read_archive(Path(dns))


def _read_qr(content: bytes) -> tuple[str, ...]:
    """Loads the decoder only when the first large picture comes."""
    from comity.gateway.qr import read_qr

    return read_qr(content)


def _text(path: str | Path) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise BadData(f"{path}: {error.strerror}", "Name a file that can be read.") from error
    except UnicodeDecodeError as error:
        raise BadData(f"{path}: not UTF-8 text", "Save the file as UTF-8.") from error
