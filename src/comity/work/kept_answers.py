# SPDX-License-Identifier: Apache-2.0
"""Answers to uploads with an Idempotency-Key: the same key and bytes get the same answer again."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from comity.values.digest import Digest
from comity.work.models import KeptAnswer

KEPT = timedelta(days=7)  # ours: longer than a weekend of retries


class OtherBytes(Exception):
    """The key was used for other bytes."""


def begin(token: UUID, key: str, digest: Digest, now: datetime) -> str | None:
    """What was answered before; None for a first call, or one whose first call broke off."""
    KeptAnswer.objects.filter(made_at__lt=now - KEPT).delete()
    row, _ = KeptAnswer.objects.get_or_create(
        token_id=token, key=_key(key), defaults={"digest": digest, "made_at": now}
    )
    if row.digest != digest:
        raise OtherBytes
    return row.answer or None


def finish(token: UUID, key: str, answer: str) -> str:
    """Keep it; gives the one that holds, should two calls have run side by side."""
    rows = KeptAnswer.objects.filter(token_id=token, key=_key(key))
    rows.filter(answer="").update(answer=answer)
    kept = rows.values_list("answer", flat=True).first()
    return str(kept or answer)


def forget(token: UUID, key: str) -> None:
    """Nothing was taken: the key is free again."""
    KeptAnswer.objects.filter(token_id=token, key=_key(key), answer="").delete()


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
