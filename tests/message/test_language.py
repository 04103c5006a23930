# SPDX-License-Identifier: Apache-2.0
"""Language and scripts of a text; None where unsure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.message.language import read

SAMPLES = {
    "en": "Dear customer, we have noticed unusual activity and ask you to confirm your account.",
    "de": "Sehr geehrte Kundin, wir haben eine ungewöhnliche Anmeldung bei Ihrem Konto bemerkt.",
    "fr": "Cher client, nous avons remarqué une connexion inhabituelle à votre compte bancaire.",
    "es": "Estimado cliente, hemos detectado un acceso poco habitual a su cuenta de correo.",
    "pt": "Prezado cliente, identificamos um acesso incomum à sua conta e pedimos confirmação.",
    "ru": "Уважаемый клиент, мы заметили необычный вход в вашу учётную запись.",
    "ko": "고객님의 계정에서 평소와 다른 로그인이 확인되었습니다.",
    "ja": "お客様のアカウントに不審なログインがありました。ご確認ください。",
    "zh": "尊敬的客户，我们发现您的账户出现异常登录，请及时核实您的信息。",
    "ar": "عزيزي العميل، لاحظنا تسجيل دخول غير معتاد إلى حسابك ونرجو تأكيد بياناتك.",
    "he": "לקוח יקר, זיהינו כניסה חריגה לחשבון שלך ואנו מבקשים לאשר את הפרטים.",
    "th": "เรียนลูกค้า เราพบการเข้าสู่ระบบที่ผิดปกติในบัญชีของคุณ",
    "el": "Αγαπητέ πελάτη, εντοπίσαμε ασυνήθιστη σύνδεση στον λογαριασμό σας.",
    "tr": "Sayın müşterimiz, hesabınızda olağan dışı bir oturum açma işlemi fark ettik.",
    "pl": "Szanowny kliencie, zauważyliśmy nietypowe logowanie na Twoje konto bankowe.",
    "id": "Pelanggan yang terhormat, kami menemukan aktivitas masuk yang tidak biasa di akun Anda.",
}


@pytest.mark.parametrize("tag", SAMPLES)
def test_languages(tag):
    assert read(SAMPLES[tag])[0] == tag


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "12345 67890",
        "OK",
        "http://a.example/b/c/d http://e.example/f",
        "xqz vwpt kjhg zzzq",
    ],
)
def test_too_little_or_no_language_is_none(text):
    assert read(text)[0] is None


def test_scripts_come_by_share():
    assert read("Привет, это письмо от ACME")[1] == ("Cyrillic", "Latin")
    assert read("고객님 안녕하세요")[1] == ("Hangul",)
    assert read("1234 !!")[1] == ()


def test_a_control_or_lone_surrogate_does_not_stop_it():
    assert read(SAMPLES["en"] + "\x00\x0b\ud800\ufffe")[0] == "en"


def test_letters_in_costume_are_read_as_letters():
    styled = "𝐃𝐞𝐚𝐫 𝐜𝐮𝐬𝐭𝐨𝐦𝐞𝐫, 𝐰𝐞 𝐚𝐬𝐤 𝐲𝐨𝐮 𝐭𝐨 𝐜𝐨𝐧𝐟𝐢𝐫𝐦 𝐲𝐨𝐮𝐫 𝐚𝐜𝐜𝐨𝐮𝐧𝐭 𝐧𝐨𝐰"
    assert read(styled)[0] == "en"


@given(st.text(max_size=300))
def test_any_text_has_a_language_or_none(text):
    tag, scripts = read(text)
    assert tag is None or tag.isalpha()
    assert len(set(scripts)) == len(scripts)
