# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501
"""One URL as a program follows it: truth tables of what people and programs read apart (H05)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.message.url import MAX_URL, read

TABLE = {  # name: (written, url, host, registered domain, marks)
    "plain": (
        "https://www.x.example/a?b#c", "https://www.x.example/a?b#c", "www.x.example", "x.example", (),
    ),
    "capitals": (
        "HTTP://WWW.X.EXAMPLE/A", "http://www.x.example/A", "www.x.example", "x.example", (),
    ),
    "own port": ("https://x.example:443/", "https://x.example/", "x.example", "x.example", ()),
    "odd port": (
        "http://x.example:8081/", "http://x.example:8081/", "x.example", "x.example", ("odd-port",),
    ),
    "port too large": (
        "http://x.example:99999/", "http://x.example:99999/", "x.example", "x.example", ("odd-port",),
    ),
    "user before host": (
        "http://bank.example@evil.example/",
        "http://bank.example@evil.example/",
        "evil.example",
        "evil.example",
        ("userinfo",),
    ),
    "user with slashes in codes": (
        "https://bank.example%2Flogin@evil.example",
        "https://bank.example%2Flogin@evil.example",
        "evil.example",
        "evil.example",
        ("userinfo",),
    ),
    "tab in host": (
        "http://ev\til.exa\r\nmple/",
        "http://evil.example/",
        "evil.example",
        "evil.example",
        ("url-with-breaks",),
    ),
    "backslashes": (
        "http:\\\\x.example\\a", "http://x.example/a", "x.example", "x.example", ("odd-slashes",),
    ),
    "no slashes": (
        "https:x.example/a", "https://x.example/a", "x.example", "x.example", ("odd-slashes",),
    ),
    "five slashes": (
        "http://///x.example", "http://x.example", "x.example", "x.example", ("odd-slashes",),
    ),
    "no scheme, two slashes": (
        "//x.example/a", "https://x.example/a", "x.example", "x.example", (),
    ),
    "no scheme": (
        "www.x.example/a", "http://www.x.example/a", "www.x.example", "x.example", ("without-scheme",),
    ),
    "dotted address": (
        "http://192.0.2.1/a", "http://192.0.2.1/a", "192.0.2.1", None, ("address-literal",),
    ),
    "hex short form": (
        "http://0x7f.1/", "http://127.0.0.1/", "127.0.0.1", None,
        ("address-literal", "address-disguised"),
    ),
    "one number": (
        "http://3221225985", "http://192.0.2.1", "192.0.2.1", None,
        ("address-literal", "address-disguised"),
    ),
    "octal": (
        "http://0300.0.02.01/", "http://192.0.2.1/", "192.0.2.1", None,
        ("address-literal", "address-disguised"),
    ),
    "number too large": ("http://99999999999/", "http://99999999999/", "99999999999", None, ()),
    "version 6": (
        "http://[2001:DB8::1]:80/", "http://[2001:db8::1]/", "[2001:db8::1]", None,
        ("address-literal",),
    ),
    "percent in host": (
        "http://%65vil.example/", "http://evil.example/", "evil.example", "evil.example",
        ("percent-in-host",),
    ),
    "umlaut": (
        "http://bücher.example/", "http://xn--bcher-kva.example/", "xn--bcher-kva.example", "xn--bcher-kva.example", (),
    ),
    "wide letters": ("http://ｘ.example/", "http://x.example/", "x.example", "x.example", ()),
    "wide full stop": ("http://x。example/", "http://x.example/", "x.example", "x.example", ()),
    "underscore": ("http://a_b.example/", "http://a_b.example/", "a_b.example", "a_b.example", ()),
    "script": ("javascript:alert(1)", "javascript:alert(1)", "", None, ("runs-code",)),
    "script with a tab": (
        "java\tscript:alert(1)", "javascript:alert(1)", "", None, ("url-with-breaks", "runs-code"),
    ),
    "data": ("data:text/html,x", "data:text/html,x", "", None, ("data-link",)),
    "file": ("file://h.example/x", "file://h.example/x", "", None, ("runs-code",)),
    "mail": (
        "mailto:a@x.example?subject=b", "mailto:a@x.example?subject=b", "x.example", "x.example", (),
    ),
    "telephone": ("tel:+123", "tel:+123", "", None, ()),
    "own scheme": (
        "intent://x.example/y", "intent://x.example/y", "x.example", "x.example", ("odd-scheme",),
    ),
    "fragment": ("#top", "#top", "", None, ()),
    "relative": ("a/b.html", "a/b.html", "", None, ()),
    "empty": ("", "", "", None, ()),
    "blanks around": ("  http://x.example/ \n", "http://x.example/", "x.example", "x.example", ()),
    "host and port only": (
        "x.example:80/a", "http://x.example/a", "x.example", "x.example", ("without-scheme",),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("written", "url", "host", "domain", "marks"), TABLE.values(), ids=TABLE)
def test_h05_table(written, url, host, domain, marks):
    found = read(written)
    assert (found.url, found.host, found.domain, found.marks) == (url, host, domain, marks)


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("b", "https://x.example/d/b"),
        ("/b", "https://x.example/b"),
        ("?q", "https://x.example/d/?q"),
        ("http://y.example/", "http://y.example/"),
        ("#c", "#c"),
    ],
)
def test_relative_to_a_base(written, url):
    assert read(written, "https://x.example/d/e").url == url


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_the_cap_on_length_is_at_its_value(over):
    written = "http://x.example/" + "a" * (MAX_URL + over - 17)
    assert ("url-too-long" in read(written).marks) == (over > 0)


@given(st.text(alphabet="htp:/\\@.%[]x0123\t\n#?é。", max_size=60) | st.text(max_size=60))
def test_any_text_is_a_url_of_some_kind(written):
    found = read(written)
    assert "\n" not in found.host
    assert len(found.url) <= MAX_URL + 300
    if found.domain:
        assert found.host.endswith(found.domain)
