# SPDX-License-Identifier: Apache-2.0
"""Every address of the console, in one file."""

from django.urls import include, path, register_converter
from django.views.i18n import set_language

from comity.web import (
    audit,
    campaign,
    health,
    mail,
    pages,
    people,
    problems,
    queue,
    static_files,
    statistics,
    tokens,
    verdict,
)
from comity.web.gate import open_page


class Sha256:
    """A digest as part of an address."""

    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Sha256, "digest")
urlpatterns = [
    path("", pages.start, name="start"),
    path("queue/", queue.queue, name="queue"),
    path("queue/export.csv", queue.export, name="queue_export"),
    path("campaigns/", campaign.campaigns, name="campaigns"),
    path("campaigns/<str:campaign>/", campaign.campaign, name="campaign"),
    path("campaigns/<str:campaign>/name/", campaign.name, name="campaign_name"),
    path("campaigns/<str:campaign>/join/", campaign.join, name="campaign_join"),
    path("campaigns/<str:campaign>/split/", campaign.split, name="campaign_split"),
    path("mail/verdict/", verdict.verdict, name="verdict"),
    path("undo/", verdict.undo, name="undo"),
    path("mail/<digest:digest>/", mail.page, name="mail"),
    path("mail/<digest:digest>/frame/", mail.frame, name="mail_frame"),
    path("mail/<digest:digest>/reporter/", mail.reporter, name="mail_reporter"),
    path("mail/<digest:digest>/attachment/<digest:file>/", mail.attachment, name="mail_attachment"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("statistics/export.csv", statistics.export, name="statistics_export"),
    path("audit/", audit.audit, name="audit"),
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
    path("me/tokens/", tokens.page, name="tokens"),
    path("me/", include("comity.web.me_urls")),
    path("api/v1/", include("comity.web.api")),
]
handler400 = problems.wrong
handler403 = problems.forbidden
handler404 = problems.not_found
handler500 = problems.fault
