# SPDX-License-Identifier: Apache-2.0
"""Mail forwarded in the text of another, as four clients write it in the reporter's language.

Words and order are those the clients show; the lost header cannot be told from the result.
"""

import time
from dataclasses import dataclass

from simulator.compose import plain
from simulator.dice import Dice
from simulator.truth import SimulatedMail


@dataclass(frozen=True, slots=True)
class Words:
    """A client's words in one language, in the order it writes them: (word, field)."""

    opening: str
    lines: tuple[tuple[str, str], ...]  # field: from, date, to, subject
    quote: str = ""  # before each line
    tab: str = " "


def _rows(*words: str, order: str) -> tuple[tuple[str, str], ...]:
    return tuple(zip(words, order.split(), strict=True))


_OUTLOOK = "from date to subject"
_APPLE = "from subject date to"
_THUNDERBIRD = "subject date from to"
_GMAIL = "from date subject to"
_RULE = "________________________________"
_DASHES = "---------- Forwarded message ---------"

CLIENTS: dict[str, dict[str, Words]] = {
    "gmail": {
        tongue: Words(_DASHES, _rows(word, "Date:", "Subject:", "To:", order=_GMAIL))
        for tongue, word in (
            ("en", "From:"), ("de", "Von:"), ("fr", "De :"), ("es", "De:"), ("pt", "De:"),
            ("ko", "보낸사람:"), ("ja", "From:"), ("zh", "发件人："), ("ru", "От:"), ("ar", "من:"),
        )
    },
    "outlook": {
        tongue: Words(_RULE, _rows(*words, order=_OUTLOOK))
        for tongue, words in (
            ("en", ("From:", "Sent:", "To:", "Subject:")),
            ("de", ("Von:", "Gesendet:", "An:", "Betreff:")),
            ("fr", ("De :", "Envoyé :", "À :", "Objet :")),
            ("es", ("De:", "Enviado:", "Para:", "Asunto:")),
            ("pt", ("De:", "Enviado:", "Para:", "Assunto:")),
            ("ko", ("보낸 사람:", "보낸 날짜:", "받는 사람:", "제목:")),
            ("ja", ("差出人:", "送信日時:", "宛先:", "件名:")),
            ("zh", ("发件人:", "发送时间:", "收件人:", "主题:")),
            ("ru", ("От:", "Отправлено:", "Кому:", "Тема:")),
            ("ar", ("من:", "تم الإرسال:", "إلى:", "الموضوع:")),
        )
    },
    "apple": {
        tongue: Words(opening, _rows(*words, order=_APPLE), "> ")
        for tongue, opening, words in (
            ("en", "Begin forwarded message:", ("From:", "Subject:", "Date:", "To:")),
            ("de", "Anfang der weitergeleiteten Nachricht:", ("Von:", "Betreff:", "Datum:", "An:")),
            ("fr", "Début du message réexpédié :", ("De:", "Objet:", "Date:", "À:")),
            ("es", "Inicio del mensaje reenviado:", ("De:", "Asunto:", "Fecha:", "Para:")),
            ("pt", "Início da mensagem encaminhada:", ("De:", "Assunto:", "Data:", "Para:")),
            ("ko", "전달된 메시지 시작:", ("보낸 사람:", "제목:", "날짜:", "받는 사람:")),
            ("ja", "転送されたメッセージ：", ("差出人:", "件名:", "日付:", "宛先:")),
        )
    },
    "thunderbird": {
        tongue: Words(f"-------- {opening} --------", _rows(*words, order=_THUNDERBIRD), "", " \t")
        for tongue, opening, words in (
            ("en", "Forwarded Message", ("Subject:", "Date:", "From:", "To:")),
            ("de", "Weitergeleitete Nachricht", ("Betreff:", "Datum:", "Von:", "An:")),
            ("fr", "Message transféré", ("Sujet :", "Date :", "De :", "Pour :")),
            ("es", "Mensaje reenviado", ("Asunto:", "Fecha:", "De:", "Para:")),
            ("pt", "Mensagem encaminhada", ("Assunto:", "Data:", "De:", "Para:")),
            ("ja", "転送されたメッセージ", ("件名:", "日付:", "差出人:", "宛先:")),
            ("zh", "转发的消息", ("主题：", "日期：", "发件人：", "收件人：")),
            ("ru", "Перенаправленное сообщение", ("Тема:", "Дата:", "От:", "Кому:")),
        )
    },
}  # fmt: skip

_MARKS = {
    "en": "FW: ", "de": "WG: ", "fr": "TR: ", "es": "RV: ", "pt": "ENC: ", "ko": "FW: ",
    "ja": "FW: ", "zh": "转发: ", "ru": "FW: ", "ar": "FW: ",
}  # fmt: skip
_PREFACE = {
    "en": ("I got this today, please look into it.", "Spam again!", ""),
    "de": ("Das habe ich heute bekommen.", "Schon wieder Spam!", ""),
    "fr": ("J'ai reçu ceci aujourd'hui.", "Encore du spam !", ""),
    "es": ("He recibido esto hoy.", "Otra vez spam.", ""),
    "pt": ("Recebi isto hoje.", "Mais spam.", ""),
    "ko": ("오늘 받은 스팸입니다. 확인 부탁드립니다.", ""),
    "ja": ("迷惑メールが届きました。", ""),
    "zh": ("今天收到的垃圾邮件。", ""),
    "ru": ("Сегодня пришло это письмо.", ""),
    "ar": ("وصلتني هذه الرسالة اليوم.", ""),
}


def _date(seconds: float, language: str, client: str) -> str:
    """A date near to what clients write; that readers must cope with any form is the point."""
    at = time.gmtime(seconds)
    if language in ("ko", "ja", "zh"):
        marks = ("년 ", "월 ", "일") if language == "ko" else ("年", "月", "日")
        day = f"{at.tm_year}{marks[0]}{at.tm_mon}{marks[1]}{at.tm_mday}{marks[2]}"
        return f"{day} {at.tm_hour:02d}:{at.tm_min:02d}"
    if client in ("apple", "thunderbird", "outlook") and language == "en":
        return time.strftime("%d %B %Y %H:%M", at).lstrip("0")
    return f"{at.tm_mday:02d}.{at.tm_mon:02d}.{at.tm_year} {at.tm_hour:02d}:{at.tm_min:02d}"


def inline(mail: SimulatedMail, language: str, client: str, dice: Dice) -> tuple[str, str]:
    """(subject, text) of the forward. Falls back to English where a client lacks the language."""
    table = CLIENTS[client]
    words = table.get(language) or table["en"]
    outer = mail.outer
    values = {
        "from": f"{outer.name} <{outer.address}>",
        "date": _date(outer.at, language if language in table else "en", client),
        "to": outer.to,
        "subject": outer.subject,
    }
    lines = [f"{word}{words.tab}{values[field]}" for word, field in words.lines]
    told = [*lines, "", *plain(mail.written).split("\n")]
    preface = dice.pick(_PREFACE[language])
    body = [preface, "", words.opening, *([""] if client == "apple" else [])]
    body += [f"{words.quote}{line}".rstrip() if words.quote else line for line in told]
    return _MARKS[language] + outer.subject, "\n".join(body) + "\n"
