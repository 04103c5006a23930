# SPDX-License-Identifier: Apache-2.0
"""From a written text to the bytes of a body: plain text, HTML in one of several skins, MIME.

Sources: RFC 2045 to 2047, 2183. Knows nothing of senders or of who is to get the mail.
"""

from base64 import b64encode
from binascii import b2a_qp
from dataclasses import dataclass, field
from html import escape

from simulator.attachments import Attachment
from simulator.dice import Dice

UNSUBSCRIBE = "\x01"  # stands in a footer where the unsubscribe link goes


@dataclass(frozen=True, slots=True)
class Written:
    """What one mail says."""

    subject: str
    greeting: str
    paragraphs: tuple[str, ...]
    anchor: str  # words of the link; "" for none
    url: str
    closing: str
    signature: str
    footer: str
    unsubscribe: str = ""
    unsubscribe_url: str = ""
    padding: str = ""  # words nobody is meant to read


@dataclass(frozen=True, slots=True)
class Skin:
    """The look of a campaign's HTML."""

    form: int
    colour: str
    font: str
    width: int
    css: str  # filler that makes the mail as large as it should be
    logo: str = ""
    hide: str = "display:none"


@dataclass(frozen=True, slots=True)
class Body:
    """Content fields and bytes of one MIME entity, lines ended by CRLF."""

    fields: list[str]
    content: bytes
    inline: list[Attachment] = field(default_factory=list)


def plain(text: Written) -> str:
    parts = [text.greeting, *text.paragraphs]
    if text.anchor:
        parts.insert(max(len(parts) - 1, 1), f"{text.anchor}:\n{text.url}")
    parts += [f"{text.closing}\n{text.signature}".strip()]
    if text.footer:
        unsubscribe = f"{text.unsubscribe}: {text.unsubscribe_url}" if text.unsubscribe_url else ""
        parts += ["-- \n" + text.footer.replace(UNSUBSCRIBE, unsubscribe)]
    if text.padding:
        parts.append(text.padding)
    return "\n\n".join([part for part in parts if part]) + "\n"


def _anchor(url: str, words: str, style: str) -> str:
    return f'<a href="{escape(url)}" style="{style}">{escape(words, False)}</a>'


def html(text: Written, skin: Skin) -> str:
    inside = _FORMS[skin.form % len(_FORMS)](text, skin)
    hidden = f'<div style="{skin.hide}">{escape(text.padding)}</div>' if text.padding else ""
    return (
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
        f"<title>{escape(text.subject, False)}</title>\n<style>{skin.css}</style></head>\n"
        f"{inside}{hidden}</html>\n"
    )


def _footer(text: Written) -> str:
    if not text.footer:
        return ""
    link = (
        _anchor(text.unsubscribe_url, text.unsubscribe, "color:#888")
        if text.unsubscribe_url
        else ""
    )
    return escape(text.footer, False).replace(UNSUBSCRIBE, link)


def _lines(text: Written, opening: str, closing: str, button: str) -> str:
    """Greeting, paragraphs and link, each between opening and closing tags."""
    parts = [escape(one, False) for one in (text.greeting, *text.paragraphs) if one]
    if text.anchor:
        parts.insert(max(len(parts) - 1, 1), button)
    parts.append(f"{escape(text.closing, False)}<br>{escape(text.signature, False)}")
    return "".join([f"{opening}{part}{closing}\n" for part in parts])


def _card(text: Written, skin: Skin) -> str:
    style = f"background:{skin.colour};color:#fff;padding:12px 24px;text-decoration:none"
    rows = _lines(text, "<tr><td>", "</td></tr>", _anchor(text.url, text.anchor, style))
    return (
        f'<body bgcolor="#f4f4f4"><table width="100%"><tr><td align="center">'
        f'<table width="{skin.width}" bgcolor="#ffffff" style="font-family:{skin.font}">'
        f'<tr><td bgcolor="{skin.colour}"><b>{escape(skin.logo)}</b></td></tr>\n{rows}'
        f'<tr><td style="font-size:11px;color:#888">{_footer(text)}</td></tr>'
        "</table></td></tr></table></body>"
    )


def _letter(text: Written, skin: Skin) -> str:
    rows = _lines(text, "<p>", "</p>", _anchor(text.url, text.anchor, f"color:{skin.colour}"))
    return (
        f'<body style="font-family:{skin.font}">{rows}<p><small>{_footer(text)}</small></p></body>'
    )


def _boxes(text: Written, skin: Skin) -> str:
    style = f"display:block;border:2px solid {skin.colour};padding:9px"
    rows = _lines(text, '<div class="row">', "</div>", _anchor(text.url, text.anchor, style))
    return (
        f'<body><div class="wrap" style="max-width:{skin.width}px;font-family:{skin.font}">'
        f'<h2 style="color:{skin.colour}">{escape(skin.logo or text.subject)}</h2>\n{rows}'
        f'<div class="foot">{_footer(text)}</div></div></body>'
    )


def _outlook(text: Written, skin: Skin) -> str:
    rows = _lines(
        text, '<p class="MsoNormal"><span lang="EN-US">', "<o:p></o:p></span></p>",
        _anchor(text.url, text.anchor, ""),
    )  # fmt: skip
    inside = f'<div class="WordSection1">{rows}{_footer(text)}</div>'
    return f'<body lang="EN-US" link="blue">{inside}</body>'


def _mobile(text: Written, skin: Skin) -> str:
    style = f"background-color:{skin.colour};border-radius:20px;color:#ffffff;padding:14px 40px"
    rows = _lines(
        text,
        '<td class="cell"><font size="3">',
        "</font></td>",
        _anchor(text.url, text.anchor, style),
    )
    rows = rows.replace("<td", "<tr><td").replace("</td>", "</td></tr>")
    return (
        f'<body style="margin:0"><center><table class="main" cellpadding="{skin.width % 20}">'
        f'<tr><td><img src="https://img.example/{len(skin.css)}.png" width="120"'
        f' alt="{escape(skin.logo)}"></td></tr>\n{rows}'
        f"<tr><td>{_footer(text)}</td></tr></table></center></body>"
    )


def _bare(text: Written, skin: Skin) -> str:
    rows = _lines(
        text, "", "<br><br>", _anchor(text.url, text.anchor, f"font-size:{skin.width % 10 + 12}px")
    )
    return f'<body><font face="{skin.font}">{rows}</font><hr>{_footer(text)}</body>'


_FORMS = (_card, _letter, _boxes, _outlook, _mobile, _bare)


def pictured(text: Written, skin: Skin, cid: str) -> str:
    """A picture that says it all, in a link if there is one."""
    image = f'<img src="cid:{cid}" border="0" width="{skin.width}">'
    if text.anchor and text.url:
        image = f'<a href="{escape(text.url)}">{image}</a>'
    hidden = f'<div style="{skin.hide}">{escape(text.padding)}</div>' if text.padding else ""
    return f"<html><body><center>{image}</center>{hidden}</body></html>\n"


# ── MIME ──────────────────────────────────────────────────────────────────────────────────────

_LONGEST = 900  # characters a line may have before it is wrapped; RFC 5322 allows 998
_ASCII = bytes(range(128))


def text_entity(text: str, subtype: str, charset: str) -> Body:
    """A text part; falls back to UTF-8 where the charset cannot say it."""
    try:
        content = text.encode(charset)
    except (UnicodeEncodeError, LookupError):
        charset, content = "utf-8", text.encode()
    head = f"Content-Type: text/{subtype}; charset={charset}"
    if text.isascii():
        if max(map(len, content.split(b"\n"))) < _LONGEST:
            content = content.replace(b"\n", b"\r\n")
            return Body([head, "Content-Transfer-Encoding: 7bit"], content)
        packed = b2a_qp(content, istext=True).replace(b"\n", b"\r\n")
        return Body([head, "Content-Transfer-Encoding: quoted-printable"], packed)
    if len(content[:400].translate(None, _ASCII)) < 60 and "iso-2022" not in charset:
        packed = b2a_qp(content, istext=True).replace(b"\n", b"\r\n")
        return Body([head, "Content-Transfer-Encoding: quoted-printable"], packed)
    return Body([head, "Content-Transfer-Encoding: base64"], base64_lines(content))


def base64_lines(content: bytes) -> bytes:
    """Base64 in lines of 76 characters (RFC 2045 section 6.8)."""
    text = b64encode(content)
    return b"".join([text[at : at + 76] + b"\r\n" for at in range(0, len(text), 76)])


def file_entity(file: Attachment, cid: str = "") -> Body:
    name = file.name if file.name.isascii() else words(file.name)
    fields = [f'Content-Type: {file.type};\r\n name="{name}"', "Content-Transfer-Encoding: base64"]
    if cid:
        fields += [f"Content-ID: <{cid}>", f'Content-Disposition: inline;\r\n filename="{name}"']
    else:
        fields.append(f'Content-Disposition: attachment;\r\n filename="{name}"')
    return Body(fields, base64_lines(file.content))


def joined(kind: str, parts: list[Body], boundary: str) -> Body:
    """A multipart of these parts."""
    lines: list[bytes] = []
    for part in parts:
        lines += [f"--{boundary}\r\n".encode(), "\r\n".join(part.fields).encode(), b"\r\n\r\n"]
        lines += [part.content, b"" if part.content.endswith(b"\r\n") else b"\r\n"]
    lines.append(f"--{boundary}--\r\n".encode())
    return Body([f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"'], b"".join(lines))


def words(text: str, charset: str = "utf-8") -> str:
    """A header value as encoded words (RFC 2047), or as it is if it is ASCII."""
    if text.isascii():
        return text
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        charset = "utf-8"
    chunks = [text[at : at + 12] for at in range(0, len(text), 12)]
    return "\r\n ".join(
        [f"=?{charset}?B?{b64encode(one.encode(charset)).decode()}?=" for one in chunks]
    )


def boundary(shape: int, dice: Dice) -> str:
    match shape % 6:
        case 0:
            parts = [dice.hex(digits).upper() for digits in (4, 4, 8)]
            return "----=_NextPart_000_{}_01DC{}.{}".format(*parts)
        case 1:
            return f"b1_{dice.hex(32)}"
        case 2:
            return f"------------{dice.token(24)}"
        case 3:
            return f"Apple-Mail=_{dice.hex(8).upper()}-{dice.hex(4).upper()}-{dice.hex(12).upper()}"
        case 4:
            return f"==============={dice.upto(10**18, 10**19)}=="
        case _:
            return f"0000000000{dice.hex(18)}"
