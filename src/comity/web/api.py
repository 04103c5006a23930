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
            "scope": found["x-comity-scope"],
            "summary": found["summary"],
            "description": found.get("description", ""),
            "parameters": found.get("parameters", []),
            "statuses": sorted(found["responses"]),
        }
        for address, methods in DESCRIPTION["paths"].items()
        for method, found in methods.items()
    ]
    return render(request, "api.html", {"operations": operations, "problems": list(Sort)})


urlpatterns = [
    path("docs", docs, name="api_docs"),
    *(URLPattern(one.pattern, open_page(one.callback)) for one in _patterns),
]
