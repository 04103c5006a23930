# SPDX-License-Identifier: Apache-2.0
"""Which character sets may be decoded, and by which codec.

An allow-list: Python's codecs hold transformations (`uu`, `rot13`, `idna`) and UTF-7, which turns
harmless bytes into markup. Where a label is commonly used for a superset, the superset decodes it,
as the WHATWG Encoding Standard does.
"""

_GROUPS = {
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8 utf-8-sig cp65001 utf_8 us-ascii-utf-8",
    "cp1252": "us-ascii ascii ansi_x3.4-1968 iso-8859-1 iso8859-1 iso_8859-1 latin1 latin-1 l1 "
    "windows-1252 cp1252 cp-1252 cp819 iso-8859-1-windows-3.1-latin-1 x-ansi 7bit 8bit",
    "iso8859-2": "iso-8859-2 iso8859-2 latin2 latin-2",
    "iso8859-3": "iso-8859-3",
    "iso8859-4": "iso-8859-4",
    "iso8859-5": "iso-8859-5",
    "iso8859-6": "iso-8859-6",
    "iso8859-7": "iso-8859-7",
    "iso8859-8": "iso-8859-8 iso-8859-8-i",
    "cp1254": "iso-8859-9 iso8859-9 latin5 windows-1254 cp1254",
    "iso8859-10": "iso-8859-10",
    "cp874": "iso-8859-11 tis-620 windows-874 cp874 tis620",
    "iso8859-13": "iso-8859-13",
    "iso8859-14": "iso-8859-14",
    "iso8859-15": "iso-8859-15 iso8859-15 latin9 latin-9",
    "iso8859-16": "iso-8859-16",
    "cp1250": "windows-1250 cp1250",
    "cp1251": "windows-1251 cp1251 win-1251",
    "cp1253": "windows-1253 cp1253",
    "cp1255": "windows-1255 cp1255",
    "cp1256": "windows-1256 cp1256",
    "cp1257": "windows-1257 cp1257",
    "cp1258": "windows-1258 cp1258",
    "koi8-r": "koi8-r koi8",
    "koi8-u": "koi8-u koi8-ru",
    "mac_roman": "macintosh mac x-mac-roman",
    "mac_cyrillic": "x-mac-cyrillic",
    "cp437": "ibm437 cp437",
    "cp850": "ibm850 cp850",
    "cp852": "ibm852 cp852",
    "cp866": "ibm866 cp866",
    "gb18030": "gb2312 gbk gb18030 gb_2312-80 x-gbk cp936 ms936 euc-cn gb2312_charset",
    "hz": "hz-gb-2312 hz",
    "big5hkscs": "big5 big5-hkscs cp950 x-x-big5 cn-big5",
    "cp949": "euc-kr ks_c_5601-1987 ks_c_5601 ksc5601 ks_c_5601-1989 cp949 uhc windows-949 "
    "x-windows-949 korean",
    "iso2022_kr": "iso-2022-kr",
    "johab": "johab",
    "cp932": "shift_jis shift-jis sjis x-sjis ms_kanji cp932 windows-31j",
    "euc_jp": "euc-jp x-euc-jp eucjp",
    "iso2022_jp_ext": "iso-2022-jp iso-2022-jp-1 iso-2022-jp-ms cp50220 csiso2022jp",
    "iso2022_jp_2": "iso-2022-jp-2",
    "iso2022_jp_3": "iso-2022-jp-3",
    "utf-16": "utf-16 utf16 unicode ucs-2",
    "utf-16-le": "utf-16le",
    "utf-16-be": "utf-16be",
    "utf-32": "utf-32",
}
CODECS = {label: codec for codec, labels in _GROUPS.items() for label in labels.split()}

# Labels that promise ASCII or are wrong so often that valid UTF-8 is believed first.
UTF8_FIRST = frozenset("us-ascii ascii ansi_x3.4-1968 7bit 8bit iso-8859-1 unknown-8bit".split())
