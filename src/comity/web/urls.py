# SPDX-License-Identifier: Apache-2.0
"""Every address of the console, in one file."""

from django.urls import include, path
from django.views.i18n import set_language

from comity.web import health, pages, people, problems, static_files
from comity.web.gate import open_page

urlpatterns = [
    path("", pages.start, name="start"),
    path("queue/", pages.queue, name="queue"),
    path("campaigns/", pages.campaigns, name="campaigns"),
    path("statistics/", pages.statistics, name="statistics"),
    path("audit/", pages.audit, name="audit"),
    path("accounts/", people.accounts, name="accounts"),
    path("accounts/invite/", people.invite, name="invite"),
    path("welcome/<str:secret>/", people.welcome, name="welcome"),
    path("health/", health.page, name="health"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("language/", open_page(set_language), name="language"),
    path("static/<str:mark>/<path:name>", static_files.static, name="static"),
    path("sign-in/", people.sign_in, name="account_login"),
    path("me/", include("comity.web.me_urls")),
]
handler400 = problems.wrong
handler403 = problems.forbidden
handler404 = problems.not_found
handler500 = problems.fault
