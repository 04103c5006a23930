# SPDX-License-Identifier: Apache-2.0
"""HTML as its reader would see it: shown text, hidden text, links, skeleton, caps."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.message.html import MAX_ANCHORS, MAX_ELEMENTS, read
from comity.message.markup import MAX_DEPTH, MAX_HTML, MAX_VALUE

TEXT = {  # name: (html, shown, hidden)
    "inline keeps words whole": ("<p>Pay<b>Pal</b></p>", "PayPal", ""),
    "blocks stand apart": ("<div>a</div><div>b</div>c", "a\nb\nc", ""),
    "cells stand apart": ("<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc", ""),
    "break": ("a<br>b", "a\nb", ""),
    "white space folds": ("<p> a \n\t b&nbsp;&nbsp;c </p>", "a b c", ""),
    "entities": ("&lt;b&gt; &amp; &#65;&#x42;", "<b> & AB", ""),
    "script, style and title": ("<title>t</title><style>p{}</style><script>x</script>y", "y", ""),
    "comment": ("a<!-- b -->c", "ac", ""),
    "conditional comment": ("a<!--[if mso]>b<![endif]-->c", "ac", ""),
    "display none": ("a<span style='display:none'>b<i>c</i></span>d", "ad", "bc"),
    "none cannot be undone by a child": (
        "<div style=display:none><p style=display:block>x</p></div>",
        "",
        "x",
    ),
    "visibility can": (
        "<div style=visibility:hidden>a<b style=visibility:visible>b</b></div>",
        "b",
        "a",
    ),
    "one pixel": ("a<font style='font-size:1px'>b</font>", "a", "b"),
    "zero size undone by a child": (
        "<p style='font-size:0'> <b style='font-size:14px'>x</b></p>",
        "x",
        "",
    ),
    "white on white": ("<p style='color:#ffffff'>x</p>y", "y", "x"),
    "white on blue": ("<table><td bgcolor=#0000ff><font color=white>x</font></table>", "x", ""),
    "white on blue by class": (
        "<style>.b{background:#00f}</style><p class=b style=color:#fff>x",
        "x",
        "",
    ),
    "white on a picture": ("<table><td background=x.png style=color:#fff>x</table>", "x", ""),
    "white around a table, no doctype": ("<font color=white>a<table><td>b</table>", "b", "a"),
    "white around a table": ("<!doctype html><font color=white><table><td>b</table>", "", "b"),
    "colour of the box": (
        "<div style='background:#222'><p style='color:#232323'>x</p>y</div>",
        "y",
        "x",
    ),
    "hidden by class": ("<style>.h{display:none}</style>a<p class='h q'>b</p>", "a", "b"),
    "hidden on phones only": ("<style>@media x{.h{display:none}}</style><p class=h>b</p>", "b", ""),
    "hidden from Outlook only": ("<p style='mso-hide:all'>b</p>", "b", ""),
    "hidden attribute": ("<p hidden>a</p>b", "b", "a"),
    "linked text is blue": ("<p style='color:#fff'><a href=//x.example>x</a></p>", "x", ""),
    "zero width letters": ("Pay&#8203;Pal", "PayPal", ""),
    "textarea and noframes": ("a<textarea>b</textarea><noframes>c</noframes>d", "ad", ""),
    "unclosed": ("<p>a<b>b<div>c", "ab\nc", ""),
}


@pytest.mark.parametrize(("page", "shown", "hidden"), TEXT.values(), ids=TEXT)
def test_h06_shown_and_hidden_text(page, shown, hidden):
    found = read(page)
    assert (found.text, found.hidden) == (shown, hidden)


LINKS = {  # name: (html, [(href, source, shown, hidden)])
    "text": ("<a href=//x.example/>go <b>on</b></a>", [("//x.example/", "html", "go on", False)]),
    "picture": ("<a href=/a><img src=b></a>", [("/a", "image", "", False)]),
    "picture and text": ("<a href=/a><img src=b> c</a>", [("/a", "html", "c", False)]),
    "hidden": ("<a href=/a style=display:none>c</a>", [("/a", "html", "", True)]),
    "empty": ("<a href=/a></a>", [("/a", "html", "", False)]),
    "no target": ("<a name=x>c</a>", []),
    "map": ("<map><area href=/a></map>", [("/a", "image", "", False)]),
    "form": ("<form action=/f><input><button formaction=/g>x</button></form>",
             [("/f", "form", "", False), ("/g", "form", "", False)]),
    "refresh": ("<meta http-equiv=refresh content='0; url=http://x.example/'>",
                [("http://x.example/", "html", "", False)]),
    "frame": ("<iframe src=//x.example/></iframe>", [("//x.example/", "html", "", False)]),
    "entity": ("<a href='/?a=1&amp;b=2'>c</a>", [("/?a=1&b=2", "html", "c", False)]),
    "never closed": ("<a href=/a>c", [("/a", "html", "c", False)]),
    "in one another": ("<a href=/a>b<a href=/c>d</a>",
                       [("/a", "html", "b", False), ("/c", "html", "d", False)]),
}  # fmt: skip


@pytest.mark.parametrize(("page", "links"), LINKS.values(), ids=LINKS)
def test_links(page, links):
    found = read(page)
    assert [
        (a.href, a.source, found.text[a.start : a.end], a.hidden) for a in found.anchors
    ] == links


def test_the_skeleton_has_no_text():
    page = read("<body><div class='a b' id=c>secret<img src=http://p.example/1><form></form></div>")
    assert page.skeleton.tags == ("html", "head", "body", "div", "img", "form")
    assert page.skeleton.classes == ("a", "b", "c")
    assert (page.skeleton.images, page.skeleton.forms) == (1, 1)
    assert page.pictures == ("http://p.example/1",)


def test_base_is_told():
    assert read("<base href='http://x.example/d/'><a href=e>f</a>").base == "http://x.example/d/"


def test_m14_a_word_cut_by_what_nobody_sees_is_a_defect():
    assert [d.code for d in read("Pay\u200bPal").defects] == ["text-split-by-invisible"]


BOMBS = {  # name: (html, defect or None for none)
    "a million nested blocks": ("<div>" * 1_000_000 + "end", "html-too-long"),
    "nested and closed": ("<div>" * 50_000 + "end" + "</div>" * 50_000, "html-too-deep"),
    "100,000 attributes": (
        "<a " + " ".join(f"a{n}=1" for n in range(100_000)) + ">end",
        "html-tag-too-long",
    ),
    "attributes with > in them": (
        "<a " + " ".join(f'a{n}=">"' for n in range(100_000)) + ">end",
        "html-tag-too-long",
    ),
    "attributes behind a script with a quote": (
        '<script>"</script><a ' + " ".join(f"{n:x}" for n in range(100_000)) + ">end",
        "html-tag-too-long",
    ),
    "formatting that is opened again and again": (
        "<p>" + "".join(f"<font a{n}>" for n in range(1_000)) + "</p>" + "<p>end</p>" * 2_000,
        "html-too-deep",
    ),
    "30 MB": ("<p>text</p>" * 2_800_000, "html-too-long"),
    "many elements": ("<br>" * (MAX_ELEMENTS + 10), "html-too-many-elements"),
    "open comments": ("<!--" * 300_000, None),
    "open tags": ("<a x='" * 100_000, "html-too-deep"),
    "angle brackets": ("<" * 1_000_000, None),
    "style": ("<style>" + "@media{" * 50_000, None),
}


@pytest.mark.parametrize(("page", "code"), BOMBS.values(), ids=BOMBS)
def test_h07_a_bomb_ends_as_plain_text_with_a_defect(page, code):
    start = time.process_time()
    found = read(page)
    assert time.process_time() - start < 2
    assert code is None or code in [defect.code for defect in found.defects]
    if "end" in page and code == "html-too-deep":
        assert "end" in found.text


def test_h07_links_survive_without_a_tree():
    page = read("<div>" * (MAX_DEPTH + 1) + "<a href='http://x.example/?a&amp;b'>go</a>")
    assert [anchor.href for anchor in page.anchors] == ["http://x.example/?a&b"]
    assert "go" in page.text


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_h07_the_cap_on_depth_is_at_its_value(over):
    page = "<div>" * (MAX_DEPTH + over) + "x"
    assert ("html-too-deep" in [d.code for d in read(page).defects]) == (over > 0)


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_h07_the_cap_on_length_is_at_its_value(over):
    page = "x" * (MAX_HTML + over)
    assert ("html-too-long" in [d.code for d in read(page).defects]) == (over > 0)


def test_a_large_picture_inside_the_page_does_not_cost_its_text():
    page = read("<img src='data:image/png;base64," + "A" * 3_000_000 + "'><p>text")
    assert page.text == "text"
    assert "html-value-cut" in [defect.code for defect in page.defects]


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_the_cap_on_links_is_at_its_value(over):
    page = read("<a href=/a>x</a>" * (MAX_ANCHORS + over))
    assert len(page.anchors) == min(MAX_ANCHORS, MAX_ANCHORS + over)
    assert ("too-many-links" in [d.code for d in page.defects]) == (over > 0)


PIECES = st.sampled_from(
    "<div> </div> <a href=x> </a> <td> <table> </p> <p style='display:none'> <b> </b> text <!-- "
    "--> "
    "<style>.a{color:#fff} </style> <svg> <math> <template> <form> <select> <li class=a> & &amp; "
    "<font color=white> \u200b \ud800 \x00 <script> </script> <textarea> <plaintext> =\" '".split(
        " "
    )
)


@settings(max_examples=150)
@given(st.lists(PIECES, max_size=40).map(" ".join) | st.text(max_size=100))
def test_any_html_gives_a_page(page):
    found = read(page)
    for anchor in found.anchors:
        assert 0 <= anchor.start <= anchor.end <= len(found.text)
    for line in found.text.split("\n"):
        assert line == " ".join(line.split())


@pytest.mark.parametrize("size", [1, 400])
@pytest.mark.parametrize("sheet", ["", "<style>p{color:red}</style>"])
def test_the_same_style_hides_each_time_and_only_where_it_stands(size, sheet):
    style = f"margin:{'0' * size};display:none"
    page = f"{sheet}<div><b style='{style}'>one</b>two<b style='{style}'>three</b>four</div>"
    for _ in range(2):
        found = read(page)
        assert (found.text, found.hidden) == ("twofour", "onethree")


def test_names_of_elements_are_those_of_the_page():
    page = "<html><head></head><body><p>a</p><odd-one>b</odd-one><svg><lineargradient/></svg>"
    assert read(page).skeleton.tags == (
        "html",
        "head",
        "body",
        "p",
        "odd-one",
        "svg",
        "linearGradient",
    )


def test_m15_many_values_just_short_enough_to_keep_cost_little():
    value = "v" * (MAX_VALUE - 1)
    page = f"<b x={value} y={value} z={value}>" * 20 + "end"
    start = time.process_time()
    assert read(page).text == "end"
    assert time.process_time() - start < 1.0
