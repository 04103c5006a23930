# SPDX-License-Identifier: Apache-2.0
"""Fuzz target: any text as HTML, as CSS, as a link, as an address.

Run: python tests/fuzz/fuzz_html.py -max_total_time=60
"""

import sys

from comity.message import date, html, language, link, mailbox, markup, show, style


def one(data: bytes) -> None:
    """Nothing raises; anchors lie inside the text; text is folded."""
    text = data.decode("utf-8", "replace")
    page = html.read(text)
    for anchor in page.anchors:
        assert 0 <= anchor.start <= anchor.end <= len(page.text)
    assert page.text == html.fold(page.text)
    markup.plain(text)
    style.sheet(text)
    style.declared(text)
    link.read(text, text)
    link.bare(text)
    mailbox.read(text)
    date.read(text)
    language.read(text)
    show.marked(text)


def main() -> None:
    import atheris

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
