# SPDX-License-Identifier: Apache-2.0
"""The words mail clients write when a person forwards a mail, by language. Data only.

From the clients' own forms: Gmail, Outlook (desktop, web), Apple Mail, Thunderbird, Yahoo, GMX and
web.de, Samsung, Naver and Daum, QQ. Lower case. A language may be missing a word, never invent one.
"""

# language: (From, Date or Sent, Subject, To, Cc, others that stand among them), each a "|" list
HEADER_WORDS: dict[str, tuple[str, str, str, str, str, str]] = {
    "en": (
        "from",
        "date|sent|sent on|date sent",
        "subject",
        "to",
        "cc",
        "bcc|reply-to|importance|attachments",
    ),
    "fr": (
        "de|expéditeur",
        "date|envoyé|envoyé le|date d'envoi",
        "objet|sujet",
        "à|a|destinataire|pour",
        "cc|copie à",
        "cci|répondre à|importance",
    ),
    "de": (
        "von|absender",
        "datum|gesendet|gesendet am|date",
        "betreff",
        "an|empfänger",
        "cc|kopie",
        "bcc|antwort an|wichtigkeit|priorität",
    ),
    "es": (
        "de|remitente",
        "fecha|enviado|enviado el|date|enviada",
        "asunto",
        "para|a",
        "cc",
        "cco|responder a|importancia|prioridade",
    ),
    "it": (
        "da|mittente",
        "data|inviato|date",
        "oggetto",
        "a|destinatario",
        "cc",
        "ccn|rispondi a|priorità",
    ),
    "pt": (
        "de|remetente",
        "data|enviado|enviada|enviado em|enviada em|date",
        "assunto",
        "para",
        "cc",
        "cco|responder a|importancia|prioridade",
    ),
    "nl": (
        "van|afzender",
        "datum|verzonden|date",
        "onderwerp",
        "aan|naar",
        "cc",
        "bcc|antwoord aan|urgentie",
    ),
    "sv": (
        "från|avsändare",
        "datum|skickat|skickad|date",
        "ämne",
        "till",
        "cc|kopia",
        "svar till|prioritet",
    ),
    "da": (
        "fra|afsender",
        "dato|sendt|date",
        "emne",
        "til",
        "cc|kopi",
        "svar til|prioritet|vigtighed",
    ),
    "no": (
        "fra|avsender",
        "dato|sendt|date",
        "emne",
        "til",
        "cc|kopi",
        "svar til|prioritet|vigtighed",
    ),
    "fi": (
        "lähettäjä",
        "päivämäärä|lähetetty|päiväys|pvm|date",
        "aihe|otsikko",
        "vastaanottaja|kenelle",
        "cc|kopio",
        "vastaus|tärkeys",
    ),
    "pl": (
        "od|nadawca",
        "data|wysłano|wysłane|date",
        "temat",
        "do|adresat",
        "cc|dw|do wiadomości",
        "odpowiedz do|ważność",
    ),
    "cs": (
        "od|odesílatel",
        "datum|odesláno|odeslané|date",
        "předmět|věc",
        "komu|pro",
        "cc|kopie",
        "odpovědět|důležitost",
    ),
    "ru": (
        "от|от кого|отправитель",
        "дата|отправлено|отправлен|date",
        "тема",
        "кому|получатель",
        "cc|копия|кому копия",
        "ответить|важность",
    ),
    "tr": (
        "kimden|gönderen|from",
        "tarih|gönderildi|gönderme tarihi|date",
        "konu",
        "kime|alıcı|to",
        "cc|bilgi",
        "yanıt adresi|önem",
    ),
    "ja": (
        "from|差出人|送信者|送信元",
        "date|日付|日時|送信日時|送信日",
        "subject|件名",
        "to|宛先",
        "cc",
        "返信先|重要度",
    ),
    "ko": (
        "보낸사람|보낸 사람|보낸이|발신자|from",
        "날짜|보낸날짜|보낸 날짜|보낸시간|보낸 시간|일시|date|sent",
        "제목|subject",
        "받는사람|받는 사람|받는이|수신자|to",
        "참조|cc",
        "숨은참조|회신",
    ),
    "zh-CN": (
        "发件人|寄件人|发信人|from",
        "日期|发送时间|发送日期|时间|date",
        "主题|标题|subject",
        "收件人|收信人|to",
        "抄送|cc",
        "密送|回复|重要性",
    ),
    "zh-TW": (
        "寄件者|寄件人|from",
        "日期|寄件日期|傳送時間|發送時間|傳送日期|date",
        "主旨|主題|標題|subject",
        "收件者|收件人|to",
        "副本|cc",
        "密件副本|回覆",
    ),
    "ar": (
        "من|from",
        "التاريخ|تاريخ الإرسال|تم الإرسال|تم الارسال|أرسلت|date",
        "الموضوع|subject",
        "إلى|الى|to",
        "نسخة|نسخة إلى|cc",
        "الرد إلى",
    ),
}

# What stands before the block. Dashes, underscores, blanks and the colon are taken off first.
_MARKERS = """
    forwarded message|begin forwarded message|original message|forwarded mail|original mail
    message transféré|message d'origine|début du message transféré|message original
    début du message réexpédié|mail transféré|message initial
    weitergeleitete nachricht|ursprüngliche nachricht|anfang der weitergeleiteten nachricht
    originalnachricht|original-nachricht|weitergeleitete e-mail|weitergeleitete mail
    mensaje reenviado|mensaje original|inicio del mensaje reenviado|forwarded message
    messaggio inoltrato|messaggio originale|inizio messaggio inoltrato
    inizio del messaggio inoltrato
    mensagem encaminhada|mensagem original|início da mensagem encaminhada|mensagem reencaminhada
    início da mensagem reencaminhada
    doorgestuurd bericht|oorspronkelijk bericht|begin doorgestuurd bericht|origineel bericht
    vidarebefordrat meddelande|ursprungligt meddelande|vidarebefordrat brev
    vidarebefordrat mejl|börja vidarebefordrat meddelande|originalmeddelande
    videresendt meddelelse|oprindelig meddelelse|start på videresendt besked|videresendt besked
    videresendt e-mail|oprindelig besked
    videresendt melding|opprinnelig melding|start på videresendt melding|original melding
    videresendt e-post
    välitetty viesti|alkuperäinen viesti|välitetty viesti alkaa|edelleenlähetetty viesti
    wiadomość przekazana dalej|przekazana wiadomość|wiadomość oryginalna|oryginalna wiadomość
    początek przekazywanej wiadomości|przekazywana wiadomość|treść przekazanej wiadomości
    přeposlaná zpráva|původní zpráva|původní e-mail|přeposlaný e-mail|začátek přeposílané zprávy
    пересылаемое сообщение|исходное сообщение|пересланное сообщение
    начало переадресованного сообщения
    начало пересылаемого сообщения|перенаправленное сообщение|оригинальное сообщение
    пересылаемое сообщение|конец пересылаемого сообщения
    yönlendirilen mesaj|orijinal mesaj|iletilen ileti|özgün ileti|iletilmiş mesaj|iletilen mesaj
    i̇letilen mesaj başlangıcı|yönlendirilmiş ileti|özgün i̇leti
    転送されたメッセージ|転送メッセージ|元のメッセージ|転送メール|転送されたメール|以下転送
    oryginalny mail|원본 메시지|원본 메일|원본메일|전달된 메시지|전달된 메일|전달 메시지
    전달된 메세지|전달된 메시지 시작|원본 메세지|다음은 전달된 메시지입니다
    转发的邮件|转发邮件|原始邮件|原邮件|原始邮件信息|转发邮件信息|已转发邮件|开始转发的邮件
    以下是转发的邮件|转发的消息
    轉寄的郵件|轉寄郵件|原始郵件|原始信件|已轉寄的郵件|開始轉寄郵件|以下是轉寄的郵件|轉寄訊息
    رسالة معاد توجيهها|الرسالة الأصلية|بدء الرسالة المعاد توجيهها|رسالة أصلية|رسالة محولة
    الرسالة المعاد توجيهها
    """
MARKERS = frozenset(
    word.strip() for line in _MARKERS.splitlines() for word in line.split("|") if word.strip()
)

# Before the subject, with a colon (also the full-width one) after it.
_PREFIXES = """
    fwd fw fwd. fw. forward forwarded tr tr. transf transféré wg weitergel weitergeleitet wtrlt
    rv reenv reenviado i inoltra inoltrato enc enc. encaminhado doorst doorgestuurd vb vs vl pd
    przekazane přep přeposláno пересл пер переадр ilt i̇lt yönlendirildi 転送 전달 轉寄 转发 轉發
    轉送 转寄 إعادة_توجيه محول továbbítás προώθ πρθ הועבר trs terusan chuyển_tiếp
"""
PREFIXES = frozenset(word.replace("_", " ") for word in _PREFIXES.split())
