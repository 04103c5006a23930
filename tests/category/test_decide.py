# SPDX-License-Identifier: Apache-2.0
"""What a mail is: a table of self-written mails, and the safeguards that hold for any mail."""

import inspect
import math
import string
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.category.assessment import Label
from comity.category.decide import decide
from comity.category.linear import LABELS, SIZE, Linear
from comity.category.rules import ACCUSING
from comity.message.read import read
from comity.trace.trace import Confidence, Trace

ZIP = b"PK\x03\x04" + b"\x00" * 60
EXE = b"MZ\x90\x00" + b"\x00" * 200
FREE = {"Reply_To": "mrs.agnes.lowe@gmail.com"}

# name: (label, subtype or None, (sender, subject, text), options)
TABLE = {
    "charge to be undone by telephone": (
        "fraud",
        "callback",
        (
            "Billing <kim.lee@college.example>",
            "Invoice 7731",
            "Your order for Shield Deluxe was received and USD 389.00 will be charged to your "
            "account today. It will appear on your bank statement. If this was not authorized by "
            "you, call us immediately on +1 555 010 2233. Report if this purchase was not made.",
        ),
        {},
    ),
    "winnings for a fee": (
        "fraud",
        None,
        (
            "Award Desk <desk@letters.example>",
            "You have won",
            "You have won a compensation payment. To release your fund of $850,000.00 pay the "
            "insurance fee of $75. Contact the claims agent.",
        ),
        FREE,
    ),
    "wrong number": (
        "fraud",
        "romance",
        (
            "Mia <mia@letters.example>",
            "Is this Thomas?",
            "Hi, wrong number perhaps, I got your contact from a friend. You sound nice. "
            "Add me on Telegram +1 555 010 7788.",
        ),
        {},
    ),
    "loan advertised on a page": (
        "commercial",
        "finance",
        (
            "QuickLend <news@quicklend.example>",
            "Personal loan from 4.9 %",
            "Borrow up to 5,000 EUR with a personal loan. Apply: https://quicklend.example/apply "
            "You receive this because you signed up. Unsubscribe: https://quicklend.example/u",
        ),
        {},
    ),
    "link to a new password that was asked for": (
        "other",
        None,
        (
            "Harbour Books <service@harbourbooks.example>",
            "Reset your password",
            "You asked to reset the password of your account: "
            "https://harbourbooks.example/reset?t=1 If you did not ask for it, ignore this "
            "message; nothing will change.",
        ),
        {},
    ),
    "bank account blocked": (
        "phishing",
        "account",
        (
            "HSBC Security <alerts@mx7-notify.example>",
            "Your account has been temporarily limited",
            "Dear customer,\nWe noticed unusual activity. Please verify your identity within 24 "
            "hours: http://hsbc.confirm-portal.example/login\nFailure to do so will result in "
            "suspension.",
        ),
        {},
    ),
    "mailbox full, no brand": (
        "phishing",
        "mailbox",
        (
            "IT Support <noreply@webadmin.example>",
            "Your mailbox is almost full",
            "Dear user, your mailbox quota is exceeded. Incoming messages are held. "
            "Click here to upgrade your mailbox: http://quota.example.net/upgrade",
        ),
        {},
    ),
    "parcel fee in German": (
        "phishing",
        "parcel",
        (
            "DHL Paket <info@zustell-service.example>",
            "Ihr Paket konnte nicht zugestellt werden",
            "Sehr geehrter Kunde,\nfür Ihr Paket steht eine Zollgebühr von 1,99 € aus. Klicken Sie "
            "hier, um die Lieferadresse zu bestätigen: http://paket.example.net/z",
        ),
        {},
    ),
    "parcel fee in Portuguese": (
        "phishing",
        "parcel",
        (
            "Correios <aviso@rastreio-br.example>",
            "Sua encomenda foi taxada",
            "Prezado cliente, sua encomenda está retida pela alfândega. Efetue o pagamento da taxa "
            "de importação: http://taxa.example.net/pagar",
        ),
        {},
    ),
    "tax refund in French": (
        "phishing",
        "payment",
        (
            "Impots.gouv <contact@dgfip-info.example>",
            "Votre remboursement d'impôt est disponible",
            "Cher contribuable, vous avez droit à un remboursement de 280 €. Confirmez vos "
            "coordonnées bancaires sous 48 heures: http://remb.example.net/i",
        ),
        {},
    ),
    "bank in Japanese": (
        "phishing",
        None,
        (
            "三井住友銀行 <smbc@card-center.example>",
            "【重要】お取引を制限しました",
            "お客様各位\n不正アクセスを検知したため、口座のお取引を制限しております。本人確認を"
            "お願いいたします。下記のリンクからログインしてください: http://smb.example.net/l",
        ),
        {},
    ),
    "wallet to be connected": (
        "phishing",
        "wallet",
        (
            "MetaMask <support@mailer.example>",
            "Action required: verify your wallet",
            "Your wallet has not been verified. Unverified wallets will be suspended. Connect your "
            "wallet and enter your recovery phrase: https://mm-kyc.example.net",
        ),
        {},
    ),
    "html page with a form": (
        "phishing",
        None,
        (
            "Accounts <accounts@supplier.example>",
            "Remittance advice",
            "Please find the attached payment advice and sign in to view the document.",
        ),
        {
            "attach": (
                (
                    "advice.html",
                    "text/html",
                    b"<html><form action='http://x.example'><input type=password></form></html>",
                ),
            )
        },
    ),
    "prize in a shop's name": (
        "fraud",
        "prize",
        (
            "Costco Rewards <win@lucky-day.example>",
            "Congratulations! You have won a power drill",
            "You have been selected! Answer a few questions in our short survey and claim your "
            "reward: http://lucky.example.net/costco",
        ),
        {},
    ),
    "inheritance": (
        "fraud",
        "advance-fee",
        (
            "Barrister James Cole <j.cole@chambers.example>",
            "Next of kin",
            "Dear friend, my late client died without leaving a will. The sum of $12,500,000 "
            "waits for a next of kin. Reply to my private email with your full names and bank "
            "details. Strictly confidential.",
        ),
        FREE,
    ),
    "charity scam by its mechanics": (
        "fraud",
        "advance-fee",
        (
            "Mrs Agnes Lowe <agnes@church-mission.example>",
            "Greetings in the name of our Lord",
            "Beloved in Christ, I am a dying widow, suffering from cancer. I have decided to "
            "donate the sum of $7,200,000 to the church and orphans through you as beneficiary. "
            "Reply to my private email with your full names and telephone number. God bless you.",
        ),
        FREE,
    ),
    "recording and bitcoin": (
        "fraud",
        "extortion",
        (
            "<reader@example.com>",
            "You have been hacked",
            "I hacked your device and recorded you through your webcam while you visited adult "
            "sites. Pay $900 in bitcoin within 48 hours to "
            "bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh or I will send the video to all your "
            "contacts. Do not try to contact the police.",
        ),
        {},
    ),
    "trading robot": (
        "fraud",
        "investment",
        (
            "Daily Wealth <news@wealth.example>",
            "Earn up to 1,200 a day with this trading robot",
            "The banks don't want you to know. Guaranteed profit with our crypto trading platform: "
            "minimum deposit 250, passive income every day. http://robot.example.net",
        ),
        {},
    ),
    "false superior": (
        "fraud",
        "impersonation",
        (
            "Dana Whitfield, CEO <office.desk@gmail.com>",
            "Quick task",
            "Are you available? I'm in a meeting and can't talk. I need you to purchase gift cards "
            "for clients and send me the codes. Keep this confidential.",
        ),
        {"Reply_To": "ceo.desk@outlook.com"},
    ),
    "call this number": (
        "fraud",
        "callback",
        (
            "Geek Squad <billing.order.881@gmail.com>",
            "Your subscription has been renewed",
            "Thank you for your purchase of Geek Squad. Your account has been charged $399.99. If "
            "you did not authorize this, call our toll free number +1 (808) 555-0147 to cancel the "
            "order.",
        ),
        {},
    ),
    "program in the mail": (
        "malware",
        "attachment",
        ("Sales <sales@trade.example>", "New order", "Please find attached the purchase order."),
        {"attach": (("order.pdf.exe", "application/octet-stream", EXE),)},
    ),
    "archive as a bill": (
        "malware",
        "attachment",
        (
            "Accounts <a@trade.example>",
            "Overdue invoice 4471",
            "Your invoice is attached. The archive password is 5512.",
        ),
        {"attach": (("invoice.rar", "application/vnd.rar", b"Rar!\x1a\x07\x01\x00" + b"\0" * 80),)},
    ),
    "court paper to fetch": (
        "malware",
        "link",
        (
            "Juzgado Central <aviso@tramites.example>",
            "Notificación judicial: citación",
            "Estimado señor: descargue la notificación judicial con el número de proceso en este "
            "enlace: http://expediente.example.net/ver",
        ),
        {},
    ),
    "shop newsletter": (
        "commercial",
        "goods",
        (
            "Brook & Lane <news@brooklane.example>",
            "Flash sale: 40% off all shoes",
            "Shop now and save up to 40%. Free shipping until Sunday: https://brooklane.example/s\n"
            "Unsubscribe: https://brooklane.example/u",
        ),
        {"List_Unsubscribe": "<https://brooklane.example/u>"},
    ),
    "casino": (
        "commercial",
        "gambling",
        (
            "Lucky Palm <vip@palm.example>",
            "200 free spins, no deposit",
            "Welcome bonus at our online casino: 200 free spins. Play now "
            "http://palm.example.net\nUnsubscribe here",
        ),
        {},
    ),
    "search ranking by letter": (
        "commercial",
        "services",
        (
            "Ravi <ravi@growthhelp.example>",
            "Your website",
            "Hi, I visited your website and found errors. We offer SEO services and website "
            "redesign and can bring you to the first page of Google. Shall I send a quote? Reply "
            "for more details.",
        ),
        {},
    ),
    "bounce": (
        "other",
        "bounce",
        (
            "Mail Delivery System <mailer-daemon@mx.example.org>",
            "Undelivered Mail Returned to Sender",
            "This is the mail system at host mx.example.org. Your message could not be delivered "
            "to one or more recipients. <x@example.org>: user unknown",
        ),
        {"Auto_Submitted": "auto-replied"},
    ),
    "order confirmed by the shop itself": (
        "other",
        "transactional",
        (
            "Brook & Lane <orders@brooklane.example>",
            "Your order 5519 has shipped",
            "Thank you for your order. Order number 5519, subtotal 41.00. Tracking number inside "
            "your account: https://brooklane.example/o/5519",
        ),
        {},
    ),
    "code to log in": (
        "other",
        "sign-up",
        (
            "Harbour Library <noreply@harbourlibrary.example>",
            "Your verification code",
            "Your verification code is 118402. If you did not request it, you can ignore this "
            "email. Do not share this code.",
        ),
        {},
    ),
    "nothing to judge": ("undetermined", "empty", ("A <a@sender.example>", "", ""), {}),
}


@pytest.mark.parametrize(("label", "subtype", "words", "options"), TABLE.values(), ids=TABLE)
def test_a_mail_is_named_by_what_it_wants_and_by_what_story(judge, label, subtype, words, options):
    said = judge(*words, **options)
    assert said.label.value == label, said.reasons
    if subtype is not None:
        assert said.subtype == subtype


def test_phishing_names_the_brand_it_borrows(judge):
    assert judge(*TABLE["bank account blocked"][2]).brand == "HSBC"
    assert judge(*TABLE["wallet to be connected"][2]).brand == "MetaMask"
    assert judge(*TABLE["mailbox full, no brand"][2]).brand is None


def test_a_brand_s_own_mail_is_not_called_imitation(judge):
    said = judge(
        "PayPal <service@paypal.com>",
        "You have a new message",
        "Dear customer, log in to your account to review the new message: https://www.paypal.com/m",
    )
    assert said.label is not Label.PHISHING
    assert "true-name" in {reason.code for reason in said.reasons} or said.brand is None


def test_a_mailbox_at_a_free_provider_is_not_the_provider(judge):
    said = judge(
        "Google Support <desk4411@gmail.com>",
        "Security alert",
        "Someone signed in to your Google account. Verify your account: https://docs.google.com/x",
    )
    assert said.label is Label.PHISHING and said.brand == "Google"


def test_a_name_in_mixed_alphabets_is_still_the_brand(judge):
    said = judge(
        "РayРal <x@notice.example>",  # Cyrillic Р
        "Your account has been limited",
        "Please verify your identity: http://pp.example.net",
    )
    assert (said.label, said.brand) == (Label.PHISHING, "PayPal")


def test_reasons_point_at_the_words_they_mean(mail, model, no_trace):
    message = mail(*TABLE["mailbox full, no brand"][2])
    said = decide(message, no_trace, model)
    zones = {
        "text": message.text,
        "subject": message.subject,
        "from": message.from_.name,
        "hidden": message.hidden,
    }
    spoken = {
        reason.code: zones[reason.span.where][reason.span.start : reason.span.end]
        for reason in said.reasons
        if reason.span is not None
    }
    assert "mailbox" in spoken["mailbox-trouble"].lower()
    assert all(spoken.values())


def test_probabilities_sum_to_one_and_cover_every_label(judge):
    said = judge(*TABLE["trading robot"][2])
    assert set(said.probabilities) == {label.value for label in Label}
    assert math.isclose(sum(said.probabilities.values()), 1, abs_tol=0.001)


def test_the_model_alone_accuses_nobody(mail, no_trace, model):
    """Words that only fraud uses, by a model gone mad: no strong rule, so no accusation."""
    weights = np.zeros((SIZE, len(LABELS)), np.int8)
    for at in range(4):  # commercial, fraud, phishing, malware
        weights[:, at] = 127
        mad = replace(model, linear=Linear.of(weights, 1.0, (0.0,) * len(LABELS)))
        said = decide(mail(subject="Notes", text="The ferry left at noon."), no_trace, mad)
        assert said.label not in ACCUSING
        weights[:, at] = 0


def test_hidden_text_is_never_taken_for_content(judge):
    page = (
        "<p>See you at the rehearsal on Friday, Grandma sends her love.</p>"
        "<div style='display:none'>You have won! Claim your prize, verify your account, "
        "bitcoin casino viagra</div>"
    )
    said = judge("Mia <mia@choir.example>", "Rehearsal", "", page=page)
    assert said.label not in ACCUSING


def test_r06_nothing_about_reporters_can_reach_the_decision():
    """Reports 1 and 10,000 give the same label: there is no way in for their number."""
    assert list(inspect.signature(decide).parameters) == ["message", "trace", "model"]


def test_r07_a_wanted_newsletter_is_at_most_commercial_and_says_it_can_be_left(judge):
    said = judge(*TABLE["shop newsletter"][2], List_Unsubscribe="<https://brooklane.example/u>")
    assert said.label is Label.COMMERCIAL
    assert "unsubscribe-header" in {reason.code for reason in said.reasons}


def test_the_same_mail_and_model_give_the_same_answer(judge):
    first, second = (judge(*TABLE["inheritance"][2], **FREE) for _ in range(2))
    assert first == second


def test_the_version_names_the_data(model):
    code, _, digest = model.version.partition("-")
    assert code and len(digest) == 12 and set(digest) <= set(string.hexdigits)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_get_an_assessment(model, raw):
    said = decide(read(raw), Trace((), None, None, Confidence.NONE, ()), model)
    assert 0 <= said.confidence <= 1
    assert said.label not in ACCUSING or said.reasons
