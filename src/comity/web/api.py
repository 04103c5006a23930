# SPDX-License-Identifier: Apache-2.0
"""The API among the addresses of the console, and a page that lists its operations.

Open to the gate of sessions: `api.gate` asks for a token, and no cookie helps.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from comity.api.build import build
from comity.api.problems import Sort
from comity.web.gate import open_page
from comity.web.project import node

_patterns, DESCRIPTION = build(node)


@open_page
def docs(request: HttpRequest) -> HttpResponse:
    operations = [
        {
            "method": method.upper(),
            "path": address,
            "summary": found["summary"],
            "description": _plain(found["description"]),
            "parameters": [
                one | {"description": _plain(one.get("description", ""))}
                for one in found["parameters"]
            ],
            "statuses": sorted(found["responses"]),
        }
        for address, methods in DESCRIPTION["paths"].items()
        for method, found in methods.items()
    ]
    return render(request, "api.html", {"operations": operations, "problems": list(Sort)})


def _plain(markdown: str) -> str:
    return markdown.replace("`", "")


urlpatterns = [
    path("docs", docs, name="api_docs"),
    *(URLPattern(one.pattern, open_page(one.callback)) for one in _patterns),
]
