# SPDX-License-Identifier: Apache-2.0
"""Every page that a role reaches: nobody is shut out (axe, WCAG 2.2 AA), nothing runs sideways.

Pages are found by following links from the start page; one of each shape is looked at, in light
and dark, wide and narrow, left-to-right and right-to-left.
"""

import itertools
import re
from urllib.parse import urlsplit

import pytest

AXE = pytest.importorskip("axe_playwright_python.base", reason="axe is not installed")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ALL = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
# What can differ by colours, width and direction; all else holds once it held.
LOOKS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "target-size"]},
    "resultTypes": ["violations"],
}
MOST = 24  # pages a role; the shapes of addresses are fewer
SEEN: set[str] = set()  # shapes that were looked at in this run, as another role
# What a link may lead to that is no page to look at.
NO_PAGE = re.compile(r"\.(csv|json|eml|zip|txt|js|css|svg)$|/file/|/export|/raw|/language/")


def shape(address):
    """The address with its changing parts taken out: one of each is looked at."""
    parts = urlsplit(address)
    return re.sub(r"\d[\w-]{3,}|[0-9a-f-]{8,}|c-\w+|/welcome/[^/]+", "*", parts.path)


def broken(page, options):
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]} ({one['nodes'][0]['failureSummary'][:200]})"
        for one in found
    ]


def sideways(page):
    return page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def looked_at(visitor, name):
    """Every trouble of the page that is open, in all its looks."""
    page, troubles = visitor.page, []
    page.evaluate(AXE.AXE_SCRIPT)
    troubles += [f"{name}: {one}" for one in broken(page, ALL)]
    for width, scheme in itertools.product((1280, 360), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        for direction in ("ltr", "rtl"):
            page.evaluate("direction => { document.documentElement.dir = direction }", direction)
            look = f"{name} {width} {scheme} {direction}"
            if (beyond := sideways(page)) > 1:
                troubles.append(f"{look}: the page is {beyond} px wider than the screen")
            if (direction == "ltr") == (width == 1280):  # each colour, each width, each direction
                troubles += [f"{look}: {one}" for one in broken(page, LOOKS)]
                visitor.shot(look.replace("/", "_").replace(" ", "-"))
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 800})
    return troubles


def links(page):
    found = page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
    return [one.split("#")[0] for one in found]


STARTS = {
    None: ["/sign-in/", "/no-such-page", "set-up link"],
    "supervisor": ["/", "/me/second-factor/", "/me/confirm/", "/me/leave/"],
    "administrator": ["/", "/accounts/invite/", "/accounts/"],
    "auditor": ["/audit/?kind=account-signed-in", "/audit/?since=never"],
}


@pytest.mark.parametrize("role", STARTS)
def test_every_page_that_is_reached_is_for_everybody(visit, served, role):
    visitor = visit(role, reduced_motion="reduce")
    visitor.allow("404")
    todo = [served.set_up if one == "set-up link" else served.url + one for one in STARTS[role]]
    seen, troubles = set(), []
    while todo and len(seen) < MOST:
        address = todo.pop(0)
        if shape(address) in seen or not address.startswith(served.url):
            continue
        if NO_PAGE.search(urlsplit(address).path):
            continue
        visitor.page.goto(address)
        todo += links(visitor.page)
        seen.add(shape(address))
        if (one := shape(visitor.page.url)) not in SEEN or "?" in address:
            SEEN.add(one)
            troubles += looked_at(visitor, f"{role or 'nobody'} {one}")
    assert not troubles, "\n".join(troubles)
    assert len(seen) >= 2
