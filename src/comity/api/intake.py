# SPDX-License-Identifier: Apache-2.0
"""Uploads: raw bytes in, durable, then receipts. The stream goes to a file under a cap.

The name a client gives is only ever text; what the bytes are is told by content.
"""

import hashlib
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

from django.http import HttpRequest
from django.utils.http import parse_header_parameters

from comity.api.problems import Refused, Sort
from comity.api.shapes import RefusedPart, Taken
from comity.bootstrap.node import Node
from comity.evidence.receipt import Receipt
from comity.report.caps import CAPS
from comity.report.container import unpack
from comity.service.ingest import ingest
from comity.values.digest import Digest
from comity.values.errors import TryLater

MAX_BYTES = 63 << 20  # of one upload; ours: below the server's own cap, so that the answer is ours
CHANNEL = "api"
_CAPS = replace(CAPS, total_bytes=1 << 30, members=10_000)  # ours: one answer holds the receipts
_MAX_NAME = 200  # characters; ours
_IN_MEMORY = 1 << 20  # bytes; ours: most mails never touch the disk before the vault
_CHUNK = 1 << 16
_PATIENCE = 2.0  # seconds to wait for another process that writes; ours
_PAUSE = 0.05
_turn = threading.Lock()  # the threads of this process come one after the other


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    digest: Digest
    file: BinaryIO


@contextmanager
def received(request: HttpRequest, name: str | None) -> Iterator[Upload]:
    """The whole body in a file that goes away. Raises Refused."""
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise Refused(Sort.ENCODED)
    length = request.headers.get("Content-Length", "")
    if not length.isdecimal():  # the server gives a chunked body its length
        raise Refused(Sort.NO_LENGTH)
    if int(length) > MAX_BYTES:
        raise _too_large()
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        hashed = hashlib.sha256()
        size = 0
        while chunk := request.read(_CHUNK):
            size += len(chunk)
            if size > MAX_BYTES:
                raise _too_large()
            hashed.update(chunk)
            file.write(chunk)
        if size != int(length):
            raise Refused(Sort.INVALID, "The upload broke off. Send it again.", errors=[])
        if not size:
            raise Refused(Sort.NOTHING_TAKEN, "The upload is empty. Send the report as the body.")
        file.seek(0)
        yield Upload(name_of(request, name), Digest(hashed.hexdigest()), cast(BinaryIO, file))


def take(node: Node, upload: Upload) -> Taken:
    """Durable when it returns. Raises Refused if nothing could be taken, TryLater, InputOutput."""
    end = time.monotonic() + _PATIENCE
    while True:
        receipts: list[Receipt] = []
        refused: list[RefusedPart] = []
        try:
            with _turn:
                _ingest(node, upload, receipts, refused)
            break
        except TryLater:
            # What has its receipt already is not handed in twice by waiting here.
            if receipts or time.monotonic() > end:
                raise
        time.sleep(_PAUSE)
    if not receipts:
        raise Refused(Sort.NOTHING_TAKEN, refused=[one.model_dump() for one in refused])
    return Taken.model_validate(
        {"receipts": [one.as_json() for one in receipts], "refused": refused}
    )


def _ingest(
    node: Node, upload: Upload, receipts: list[Receipt], refused: list[RefusedPart]
) -> None:
    upload.file.seek(0)

    def items() -> Iterator[tuple[str, bytes, str]]:
        for item in unpack(upload.name, upload.file, _CAPS):
            if item.refused:
                why = "; ".join(one.detail or one.code for one in item.defects)
                refused.append(RefusedPart(path=item.path, problem=why))
            else:
                yield item.path, item.content, CHANNEL

    for receipt in ingest(items(), node):
        receipts.append(receipt)


def name_of(request: HttpRequest, asked: str | None) -> str:
    """From `?name=`, else from Content-Disposition; text for people, never a path of ours."""
    name = asked
    if not name:
        header = request.headers.get("Content-Disposition", "")
        # A header is Latin-1 to WSGI; browsers and programs write UTF-8 into it.
        written = header.encode("latin-1", "replace").decode("utf-8", "replace")
        name = str(parse_header_parameters(written)[1].get("filename", ""))
    shown = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in name)
    return shown[:_MAX_NAME].strip() or "report"


def _too_large() -> Refused:
    return Refused(
        Sort.TOO_LARGE,
        f"The upload has more than {MAX_BYTES} bytes. {Sort.TOO_LARGE.detail}",
    )
