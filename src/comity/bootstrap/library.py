# SPDX-License-Identifier: Apache-2.0
"""The core as functions for notebooks and other tools; see `comity/__init__.py`."""

from functools import lru_cache

from comity.bootstrap.knowledge import knowledge as make_knowledge
from comity.message.message import Message
from comity.message.read import read
from comity.mime.split import split
from comity.service.analyse import Analysis, Knowledge
from comity.service.analyse import analyse as analyse_report
from comity.trace.addresses import AddressData, NoAddressData
from comity.trace.find import find
from comity.trace.trace import Trace
from comity.trace.trust import Trust
from comity.values.address import PRODUCTION, AddressPolicy


@lru_cache(maxsize=1)
def _default() -> Knowledge:
    return make_knowledge()


def analyse(raw: bytes, knowledge: Knowledge | None = None) -> tuple[Analysis, ...]:
    """Every reported mail inside `raw`: a mail, or a report in any form Comity reads."""
    return tuple(analyse_report(raw, "<bytes>", knowledge or _default()))


def message(raw: bytes) -> Message:
    """The mail as its reader would meet it. Never raises on content."""
    return read(raw, None, _default().qr)


def trace(
    raw: bytes,
    trust: Trust | None = None,
    addresses: AddressData | None = None,
    policy: AddressPolicy = PRODUCTION,
) -> Trace:
    """Where the mail came from. `trust` None: what is known of the big mailbox providers."""
    fields = split(raw).parts[0].fields
    whom = trust if trust is not None else Trust.providers()
    return find(fields, whom, addresses or NoAddressData(), policy)
