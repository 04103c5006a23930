# SPDX-License-Identifier: Apache-2.0
"""Stories of people at the console, in a real browser, by what they see: labels, buttons, words."""

from comity.bootstrap.node import Node
from comity.evidence.event import Event, EventKind

PASSWORD = "a long sentence about nothing"


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def protect(page, totp):
    """Set the second factor up; gives the recovery codes."""
    secret = page.locator("#key").inner_text()
    page.get_by_label("Authenticator code").fill(totp(secret))
    press(page, "Set up")
    page.wait_for_url("**/codes/")
    codes = page.locator(".codes code").all_inner_texts()
    page.get_by_role("link", name="I have kept them: go on").click()
    return codes


def test_a_new_administrator_goes_from_the_set_up_link_to_an_analyst_who_signs_in(
    visit, served, totp
):
    ada = visit()
    page = ada.page
    page.goto(served.set_up)
    page.get_by_label("Your name").fill("Ada Admin")
    page.get_by_label("Mail address").fill("ada@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Make my account")
    assert "Set up the second factor" in page.locator("h1").inner_text()
    ada.shot("second-factor")
    assert len(protect(page, totp)) == 10
    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label("Mail address").fill("ann@example.org")
    page.get_by_label("Analyst: judges mails, finds campaigns").check()
    press(page, "Make the invitation")
    link = page.get_by_label("Link").input_value()

    ann = visit()
    page = ann.page
    page.goto(link)
    page.get_by_label("Your name").fill("Ann Analyst")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Make my account")
    codes = protect(page, totp)
    assert page.url == f"{served.url}/queue/"
    press(page, "Sign out")
    page.get_by_label("Email").fill("ann@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")
    page.get_by_label("Code").fill(codes[0])
    press(page, "Sign in")
    assert page.url == f"{served.url}/queue/"
    assert page.get_by_role("link", name="Accounts").count() == 0


def test_an_auditor_finds_who_revealed_a_reporter(visit, served):
    officer = served.people["case-officer"]
    node = Node.open(served.folder)
    digest = "5e" * 32
    why = {"purpose": "the citizen asked to be called back"}
    node.journal.append(Event(EventKind.REPORTER_REVEALED, officer["id"], node.now(), digest, why))
    auditor = visit("auditor")
    page = auditor.page
    page.goto("/")
    page.get_by_label("What was done").select_option("revealed who reported")
    page.get_by_label("To what").fill(digest[:12])
    press(page, "Search")
    (row,) = page.locator("table.events tbody tr").all()
    assert officer["name"] in row.inner_text()
    assert why["purpose"] in row.inner_text()
    assert "kind=reporter-revealed" in page.url  # the search can be kept and passed on
    press(page, "Verify the journal")
    assert "The journal is whole" in page.get_by_role("status").inner_text()
    auditor.shot("audit")


def test_the_top_bar_is_walked_with_the_keyboard_alone(visit, served):
    visitor = visit("supervisor")
    page = visitor.page
    page.goto("/statistics/")
    names = []
    for _ in range(30):
        page.keyboard.press("Tab")
        name = page.evaluate("() => document.activeElement.textContent.trim()")
        outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", f"nobody sees that {name!r} has the focus"
        names.append(name)
        if name == "Sign out":
            break
    assert names[0] == "Skip to content"
    assert names[-1] == "Sign out"
    for place in ("Queue", "Campaigns", "Statistics", "Health"):
        assert place in names
    page.goto("/statistics/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url("**/health/")
    page.keyboard.press("?")
    assert page.locator("dialog[open]").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    while page.evaluate("() => document.activeElement.textContent.trim()") != "Campaigns":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/campaigns/")
