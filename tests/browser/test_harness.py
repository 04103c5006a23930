# SPDX-License-Identifier: Apache-2.0
"""The harness itself: what it is to notice, it notices."""

import pytest

INLINE_SCRIPT = "const one = document.createElement('script'); one.text = 'window.ran = 1';"
INLINE_STYLE = "document.body.setAttribute('style', 'color: red');"
PICTURE = "const one = new Image(); one.src = 'http://192.0.2.1/canary.png';"
TROUBLES = {  # what is done on the page: a word of what must be noticed
    "script": (INLINE_SCRIPT + "document.body.append(one);", "Content Security Policy"),
    "style": (INLINE_STYLE, "Content Security Policy"),
    "another host": (PICTURE + "document.body.append(one);", "Content Security Policy"),
    "error": ("setTimeout(() => { throw new Error('canary') });", "canary"),
    "said": ("console.error('canary');", "canary"),
}


@pytest.mark.parametrize(("script", "word"), TROUBLES.values(), ids=TROUBLES)
def test_a_trouble_of_the_page_is_noticed(visit, script, word):
    visitor = visit()
    visitor.page.goto("/sign-in/")
    assert not visitor.troubles
    visitor.page.evaluate(f"() => {{ {script} }}")
    visitor.page.wait_for_timeout(100)
    assert any(word in one for one in visitor.troubles), visitor.troubles
    assert visitor.page.evaluate("() => window.ran") is None
    visitor.troubles.clear()


def test_a_page_that_shuts_people_out_is_noticed(visit):
    axe = pytest.importorskip("axe_playwright_python.base").AXE_SCRIPT
    visitor = visit()
    visitor.page.goto("/sign-in/")
    visitor.page.evaluate("() => document.querySelector('label').remove()")
    visitor.page.evaluate(
        "() => document.getElementById('id_login').removeAttribute('placeholder')"
    )
    visitor.page.evaluate(axe)
    found = visitor.page.evaluate("() => axe.run(document)")["violations"]
    assert found
