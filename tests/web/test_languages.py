# SPDX-License-Identifier: Apache-2.0
"""The console in French and Korean: nothing is left out, a bad translation is refused (W12), and a
page answers in the language that the browser asks for."""

import importlib.util
import re
import sys
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import polib
import pytest

from comity.bootstrap.knowledge import of_node
from comity.bootstrap.pool import analyser
from comity.safeguard.role import Role
from comity.service.ingest import ingest
from comity.service.reanalyse import reanalyse
from simulator.world import World

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "src" / "comity" / "web" / "locale"
LANGUAGES = ("fr", "ko")
FORMS = {"fr": 2, "ko": 1}  # of a text with a number
HOLE = re.compile(r"%\(\w+\)[a-z]|\{\w*\}|%%|%[sd]")
MARKUP = re.compile(r"<[^>]*>?|&\w+;")


@pytest.fixture(scope="module")
def tool():
    path = ROOT / "tools" / "translate.py"
    spec = importlib.util.spec_from_file_location("translate", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["translate"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["translate"]


def _po(language):
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def _entries(language):
    return polib.pofile(str(_po(language)))


def _said(entry):
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_code_is_translated_and_nothing_else_is_in_the_file(tool, language):
    wanted = tool.texts()
    assert len(wanted) > 400
    assert tool.problems(tool.catalogue(language, wanted), language) == [], (
        "run: python tools/translate.py, then translate what is new"
    )
    assert {(one.msgid, one.msgid_plural) for one in _entries(language)} == {
        (one.one, one.many) for one in wanted
    }, "run: python tools/translate.py"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_with_a_number_has_all_forms_of_the_language(language):
    for entry in _entries(language):
        if entry.msgid_plural:
            assert set(entry.msgstr_plural) == set(range(FORMS[language])), entry.msgid


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_and_markup_are_those_of_the_english_text(language):
    for entry in _entries(language):
        for text in _said(entry):
            same = [entry.msgid, entry.msgid_plural or entry.msgid]
            assert sorted(HOLE.findall(text)) in [sorted(HOLE.findall(one)) for one in same], text
            assert sorted(MARKUP.findall(text)) == sorted(MARKUP.findall(entry.msgid)), text
            # Many texts stand in an attribute, where a quotation mark would end it.
            assert text.count('"') == entry.msgid.count('"'), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_can_be_filled_in(language):
    for entry in _entries(language):
        names = re.findall(r"%\((\w+)\)", entry.msgid + entry.msgid_plural)
        for text in _said(entry):
            if names:
                assert "7" in text % dict.fromkeys(names, 7)
            elif named := re.findall(r"\{(\w+)\}", entry.msgid):
                assert "7" in text.format(**dict.fromkeys(named, 7))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_console_reads_is_what_its_source_compiles_to(language):
    source = polib.pofile(str(_po(language)))
    assert _po(language).with_suffix(".mo").read_bytes() == source.to_binary(), (
        "run: python tools/translate.py"
    )


def test_french_signs_stand_after_a_space_that_does_not_break():
    for entry in _entries("fr"):
        for text in _said(entry):
            plain = re.sub(r"<[^>]*>|https?:|\w+://|»", "", text)
            plain = re.sub(r"Authorization:|is:\w+|%\(field\)s:", "", plain)
            assert not re.search(r"[^\u00a0][:;!?]|«[^\u00a0]|[^\u00a0]»", plain), text
            assert "'" not in text, text


BAD = {
    "not translated": ("Queue", ""),
    "a placeholder less": ("Role of %(name)s", "Rôle"),
    "a placeholder of another name": ("Role of %(name)s", "Rôle de %(nom)s"),
    "a placeholder more": ("Queue", "File %(secret)s"),
    "a placeholder without a name": ("Role of %(name)s", "Rôle de %s"),
    "another placeholder of the diagram": ("from {peer}", "de {peer.__class__} {}"),
    "a script": ("Queue", "<script>alert(1)</script>"),
    "a picture that runs": ("Queue", "<img src=x onerror=alert(1)>"),
    "a link to elsewhere": ('<a href="/api/">API</a>', '<a href="https://bad.example/">API</a>'),
    "a handler in markup that is there": ("<bdi>x</bdi>", "<bdi onclick=a()>x</bdi>"),
    "markup less": ("<bdi>%(brand)s</bdi>.", "%(brand)s."),
    "an entity": ("Queue", "&lt;b&gt;"),
    "a script in one form": (("mail", "mails"), ("courriel", "<script>x</script>")),
    "a form that is empty": (("mail", "mails"), ("courriel", "")),
    "a placeholder of another name in one form": (
        ("%(n)s mail", "%(n)s mails"),
        ("%(n)s courriel", "%(m)s courriels"),
    ),
}
BAD |= {  # what looks right at a glance
    "a number's placeholder of another name": ("%(count)d mail", "%(number)d courriel"),
    "markup that the page closes": ("Queue", "<img src=x onerror=alert(1) "),
    "a comment that hides the rest": ("Queue", "File <!-- "),
    "a quotation mark that ends the attribute": ("Queue", 'File" autofocus onfocus="alert(1)'),
    "a sign that is no placeholder": ("Role of %(name)s", "Rôle de %(name)s, 100 % sûr"),
}


def _folder(tmp_path, source, said):
    """A folder of translations as it would be handed in, with one entry."""
    file = polib.POFile()
    file.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    if isinstance(source, tuple):
        entry = polib.POEntry(msgid=source[0], msgid_plural=source[1])
        entry.msgstr_plural = dict(enumerate(said))
    else:
        entry = polib.POEntry(msgid=source, msgstr=said)
    file.append(entry)
    path = tmp_path / "fr" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    file.save(str(path))
    return path


@pytest.mark.parametrize(
    ("source", "said"),
    [pytest.param(*pair, id=name) for name, pair in BAD.items()],
)
def test_w12_a_bad_translation_is_refused(tool, tmp_path, source, said):
    read = polib.pofile(str(_folder(tmp_path, source, said)))
    assert tool.problems(read, "fr"), said


def test_w12_a_folder_with_one_bad_entry_is_not_released(tool, tmp_path, monkeypatch, capsys):
    """The whole way of the tool, as it checks before a release."""
    for language in LANGUAGES:
        path = tmp_path / language / "LC_MESSAGES" / "django.po"
        path.parent.mkdir(parents=True)
        file = _entries(language)
        if language == "ko":
            next(one for one in file if one.msgid == "Queue").msgstr = "<script>x</script>"
        file.save(str(path))
    monkeypatch.setattr(
        tool, "_path", lambda language: tmp_path / language / "LC_MESSAGES" / "django.po"
    )
    monkeypatch.setattr(sys, "argv", ["translate.py", "--check"])
    assert tool.main() == 1
    assert "ko: other markup: Queue" in capsys.readouterr().err


HEADINGS = {
    "/queue/": {"fr": "File d’attente", "ko": "대기열"},
    "/statistics/": {"fr": "Statistiques", "ko": "통계"},
    "/sign-in/": {"fr": "Se connecter", "ko": "로그인"},
}


def _ask(browser, address, language):
    answer = browser.get(address, headers={"accept-language": language})
    assert answer.status_code == 200
    return unescape(answer.content.decode())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", HEADINGS)
def test_a_page_answers_in_the_language_that_the_browser_asks_for(console, address, language):
    browser = console.as_(None if address == "/sign-in/" else Role.ANALYST)
    page = _ask(browser, address, f"{language};q=0.9, en;q=0.1")
    assert f'<html lang="{language}" dir="ltr">' in page
    assert f"<h1>{HEADINGS[address][language]}</h1>" in page
    assert "Skip to content" not in page


def test_a_language_that_the_console_does_not_speak_is_answered_in_english(console):
    page = _ask(console.as_(None), "/sign-in/", "xh")
    assert '<html lang="en" dir="ltr">' in page
    assert "<h1>Sign in</h1>" in page


@pytest.fixture
def filled(console):
    """A node that has read the reports of a small world, three hours ago."""
    reports = (
        (one.path, one.content, "test") for one in World(5, 20).reports() if one.container is None
    )
    list(ingest(reports, console.node))
    reanalyse(console.node, analyser(lambda: of_node(console.node), 1), everything=False)
    then = console.node.now
    console.node.now = lambda: then() + timedelta(hours=3)
    return console


def _spaced(page):
    """With plain spaces, as a reader sees it."""
    return re.sub("[\u00a0\u202f]", " ", page)


AGE = {"en": "3 hr", "fr": "3 h", "ko": "3시간"}
UNKNOWN = {"en": "undetermined", "fr": "indéterminé", "ko": "미정"}
COUNTED = {"en": "{} mails", "fr": "{} courriels", "ko": "메일 {}통"}


@pytest.mark.parametrize("language", AGE)
def test_the_queue_tells_ages_counts_and_countries_in_the_readers_language(filled, language):
    page = _spaced(_ask(filled.as_(Role.ANALYST), "/queue/", language))
    assert f">{AGE[language]}</time>" in page
    assert f">{UNKNOWN[language]}</a>" in page
    rows = page.count("<tr data-row")
    assert rows
    assert f"<caption>{COUNTED[language].format(rows)}</caption>" in page


@pytest.mark.parametrize(("language", "sign"), [("en", "."), ("fr", ","), ("ko", ".")])
def test_a_weight_is_written_with_the_decimal_sign_of_the_reader(filled, language, sign):
    browser = filled.as_(Role.ANALYST)
    mail = re.search(r'href="(/mail/\w+/)"', _ask(browser, "/queue/", "en"))[1]
    weights = re.findall(r'<span class="quiet">-?\d+([.,])\d</span>', _ask(browser, mail, language))
    assert set(weights) == {sign}


DAY = {"en": "May 21, 2027", "fr": "21 mai 2027", "ko": "2027년 5월 21일"}


@pytest.mark.parametrize("language", DAY)
def test_a_date_is_written_as_the_reader_writes_it(console, language):
    """A day in May: an English text "May" of ours that means "is allowed to" would rename it."""
    console.node.now = lambda: datetime(2027, 2, 20, 6, 0, tzinfo=UTC)
    browser = console.as_(Role.ANALYST)
    browser.post("/me/tokens/", {"name": "intake", "scopes": ["take-in"], "days": "90"})
    assert f"<td>{DAY[language]}" in _ask(browser, "/me/tokens/", language)
