# SPDX-License-Identifier: Apache-2.0
"""Style, script and icons of the console, from the package itself.

A stamp of all of them is part of their address, so a browser keeps each as long as it stands.
"""

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse

from comity.web.gate import open_page

FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
          ".svg": "image/svg+xml"}  # fmt: skip


@lru_cache(maxsize=1)
def _files() -> dict[str, bytes]:
    found = sorted(path for path in FOLDER.rglob("*") if path.suffix in _TYPES)
    return {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in found}


@lru_cache(maxsize=1)
def stamp() -> str:
    whole = hashlib.sha256()
    for name, content in _files().items():
        whole.update(name.encode() + b"\0" + content)
    return whole.hexdigest()[:12]


@lru_cache(maxsize=64)
def _small(name: str) -> bytes:
    return gzip.compress(_files()[name], 9, mtime=0)


@open_page
def static(request: HttpRequest, mark: str, name: str) -> HttpResponse:
    if name not in _files():
        raise Http404
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(
        _small(name) if packed else _files()[name], content_type=_TYPES[Path(name).suffix]
    )
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    fresh = mark == stamp()
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if fresh else "no-cache"
    )
    return response
