# SPDX-License-Identifier: Apache-2.0
"""One URL as a mail client would follow it (WHATWG URL, RFC 3986), and what is odd about it.

Reads text; never opens, resolves or completes anything. Where a program and a person would read
two different hosts, the program's host is given and the difference is a mark.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from comity.values.address import address
from comity.values.domain import ascii_name, registered_domain

MAX_URL = 4_096  # characters kept; later ones are cut with a mark. Browsers stop at 2,048 to 64 K
MAX_REMEMBERED = 500  # characters, ours: a mail and its like repeat their links

_PLAIN = re.compile(r"(https?)://([a-z0-9-]++(?:\.[a-z0-9-]++)++)(?::(\d{1,5}+))?+(?=([/?#])|\Z)")
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]{0,30}+):")
_EDGES = "".join(map(chr, range(0x21)))  # C0 controls and space
_BREAKS = re.compile(r"[\t\r\n]")
_WITH_HOST = frozenset({"http", "https", "ftp", "ws", "wss"})
_RUNS = frozenset(
    {"javascript", "vbscript", "data", "file", "search-ms", "ms-msdt", "jar", "mhtml", "blob"}
)
_NUMBER = re.compile(r"(?:0x[\da-f]*+|\d++)(?:\.(?:0x[\da-f]*+|\d++)){0,3}\.?", re.IGNORECASE)
_HOSTLIKE = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,62})\.){1,10}[a-z]{2,24}(?=[/?#:]|\Z)", re.IGNORECASE
)
_PORTS = {"http": "80", "https": "443", "ftp": "21", "ws": "80", "wss": "443"}


@dataclass(frozen=True, slots=True)
class Url:
    """`marks` are codes of `link.REASONS`."""

    url: str
    scheme: str
    host: str  # A-label form, dotted or bracketed address; "" where there is none
    domain: str | None
    userinfo: str = ""
    port: str = ""
    rest: str = ""  # path, query, fragment
    marks: tuple[str, ...] = ()


def read(written: str, base: str = "") -> Url:
    """Read an href, a bare URL or a relative reference (against `base`)."""
    if len(written) + len(base) <= MAX_REMEMBERED:
        return _remembered(written, base)
    return _read(written, base)


def _read(written: str, base: str) -> Url:
    plain = _PLAIN.match(written) if len(written) <= MAX_URL else None
    if plain and "\t" not in written and "\\" not in written and "\n" not in written:
        host = plain[2]
        if not host[-1].isdigit() and "xn--" not in host:
            return _simple(
                written.strip(_EDGES), plain[1], host, plain[3] or "", written[plain.end() :]
            )
    return _odd(written, base)


_remembered = lru_cache(maxsize=2_048)(_read)


def _simple(url: str, scheme: str, host: str, port: str, rest: str) -> Url:
    host, code = ascii_name(host)
    marks: tuple[str, ...] = (code,) if code else ()
    if port == _PORTS[scheme]:
        port = ""
        url = f"{scheme}://{host}{rest}"
    elif port:
        marks += ("odd-port",)
    return Url(url, scheme, host, registered_domain(host), "", port, rest.rstrip(_EDGES), marks)


def _odd(written: str, base: str) -> Url:
    marks: list[str] = []
    text = written.strip(_EDGES)
    if len(text) > MAX_URL:
        marks.append("url-too-long")
        text = text[:MAX_URL]
    cleaned = _BREAKS.sub("", text)
    if cleaned != text:
        marks.append("url-with-breaks")
    found = _SCHEME.match(cleaned)
    scheme = found[1].lower() if found else ""
    after = cleaned[found.end() :] if found else cleaned
    if found and "." in scheme and re.match(r"\d{1,5}(?:/|\Z)", after):  # host:port
        scheme, after, found = "", cleaned, None
    if not found:
        return _without_scheme(cleaned, base, marks)
    if scheme in _RUNS:
        marks.append("runs-code" if scheme != "data" else "data-link")
        return Url(f"{scheme}:{after}", scheme, "", None, rest=after, marks=tuple(marks))
    if scheme not in _WITH_HOST:
        host = ""
        if scheme == "mailto":
            host = ascii_name(after.partition("?")[0].rpartition("@")[2])[0] if "@" in after else ""
        elif after.startswith("//"):
            host = re.split(r"[/?#]", after[2:], maxsplit=1)[0].rpartition("@")[2].lower()[:253]
        if scheme not in ("mailto", "tel", "sms", "cid", "mid", "about", "callto", "geo", "news"):
            marks.append("odd-scheme")
        domain = registered_domain(host) if host else None
        return Url(f"{scheme}:{after}", scheme, host, domain, rest=after, marks=tuple(marks))
    return _with_host(scheme, after, marks)


def _without_scheme(text: str, base: str, marks: list[str]) -> Url:
    slashes = text.replace("\\", "/")
    if slashes.startswith("//"):
        return _with_host("https", slashes, marks)
    if _HOSTLIKE.match(text) and (text[:4].lower() == "www." or "/" in text or _known_end(text)):
        marks.append("without-scheme")  # browsers call it relative, mail clients add http
        return _with_host("http", "//" + text, marks)
    root = read(base) if base else None
    if root is not None and root.host and not text.startswith("#"):
        if text.startswith("/"):
            joined = f"//{root.host}{':' + root.port if root.port else ''}{text}"
        else:
            folder = root.rest.partition("?")[0].partition("#")[0].rpartition("/")[0]
            joined = f"//{root.host}{folder}/{text}"
        return _with_host(root.scheme, joined, marks)
    return Url(text, "", "", None, rest=text, marks=tuple(marks))


def _known_end(text: str) -> bool:
    return text.rpartition(".")[2][:24].lower() in ("com", "net", "org", "info", "biz")


def _with_host(scheme: str, after: str, marks: list[str]) -> Url:
    slashed = after.lstrip("/\\")  # browsers take any number of either slash
    if not after.startswith("//") or slashed != after[2:]:
        marks.append("odd-slashes")
    cut = re.search(r"[/\\?#]", slashed)
    authority = slashed[: cut.start()] if cut else slashed
    rest = slashed[cut.start() :] if cut else ""
    if rest.startswith("\\"):
        marks.append("odd-slashes")
        rest = "/" + rest[1:]
    userinfo, at, hostport = authority.rpartition("@")
    if at:
        marks.append("userinfo")
    host, port = _host_and_port(hostport, scheme, marks)
    shown = f"{userinfo}@" if at else ""
    url = f"{scheme}://{shown}{host}{':' + port if port else ''}{rest}"
    domain = None if "address-literal" in marks else registered_domain(host)
    return Url(url, scheme, host, domain, userinfo, port, rest, tuple(dict.fromkeys(marks)))


def _host_and_port(text: str, scheme: str, marks: list[str]) -> tuple[str, str]:
    if text.startswith("["):
        inside, _, port = text[1:].partition("]")
        ip = address(inside)
        marks.append("address-literal")
        return f"[{ip}]" if ip else f"[{inside[:64].lower()}]", _port(port[1:], scheme, marks)
    host, _, port = text.partition(":")
    if "%" in host:
        marks.append("percent-in-host")
        host = unquote(host, errors="replace")
    numeric = _ipv4(host)
    if numeric is not None:
        marks.append("address-literal")
        if numeric != host:
            marks.append("address-disguised")
        return numeric, _port(port, scheme, marks)
    name, code = ascii_name("".join(host.split()))
    if code:
        marks.append(code)
    return name, _port(port, scheme, marks)


def _port(port: str, scheme: str, marks: list[str]) -> str:
    if not port:
        return ""
    if not port.isascii() or not port.isdigit() or len(port) > 5 or int(port) > 65_535:
        marks.append("odd-port")
        return port[:10]
    if port.lstrip("0") == _PORTS.get(scheme):
        return ""
    marks.append("odd-port")
    return port


def _ipv4(host: str) -> str | None:
    """The dotted address that WHATWG's IPv4 parser reads (hex, octal, short forms), else None."""
    if not host or len(host) > 64 or not _NUMBER.fullmatch(host):
        return None
    numbers = []
    for part in host.rstrip(".").split("."):
        try:
            if part[:2].lower() == "0x":
                numbers.append(int(part[2:] or "0", 16))
            elif part[0] == "0" and len(part) > 1:
                numbers.append(int(part, 8))
            else:
                numbers.append(int(part))
        except ValueError:
            return None
    last = numbers.pop()
    if any(number > 255 for number in numbers) or last >= 256 ** (4 - len(numbers)):
        return None
    value = last
    for place, number in enumerate(numbers):
        value += number << 8 * (3 - place)
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))
