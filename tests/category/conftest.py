# SPDX-License-Identifier: Apache-2.0
"""Makes a mail from a few words and judges it. All addresses are documentation ones."""

from collections.abc import Callable
from email.message import EmailMessage

import pytest

from comity.category.assessment import Assessment
from comity.category.decide import decide
from comity.category.model import Model, load
from comity.message.message import Message
from comity.message.read import read
from comity.trace.trace import Confidence, Trace

NO_TRACE = Trace((), None, None, Confidence.NONE, ())


@pytest.fixture(scope="session")
def model() -> Model:
    return load()


@pytest.fixture(scope="session")
def no_trace() -> Trace:
    return NO_TRACE


@pytest.fixture(scope="session")
def mail() -> Callable[..., Message]:
    def make(
        sender: str = "Alex <alex@sender.example>",
        subject: str = "",
        text: str = "",
        *,
        page: str = "",
        attach: tuple[tuple[str, str, bytes], ...] = (),
        **fields: str,
    ) -> Message:
        made = EmailMessage()
        made["Received"] = (
            "from mail.sender.example (mail.sender.example [192.0.2.7]) by mx.example.com "
            "with ESMTPS id 1; Mon, 24 Nov 2025 10:00:00 +0000"
        )
        made["Date"] = "Mon, 24 Nov 2025 09:59:00 +0000"
        made["From"] = sender
        made["To"] = "reader@example.com"
        made["Subject"] = subject
        for name, value in fields.items():
            made[name.replace("_", "-")] = value
        made.set_content(text or "\n")
        if page:
            made.add_alternative(page, subtype="html")
        for name, kind, content in attach:
            main, sub = kind.split("/")
            made.add_attachment(content, maintype=main, subtype=sub, filename=name)
        return read(bytes(made))

    return make


@pytest.fixture(scope="session")
def judge(model: Model, mail: Callable[..., Message]) -> Callable[..., Assessment]:
    def said(*arguments: str, **options: object) -> Assessment:
        return decide(mail(*arguments, **options), NO_TRACE, model)

    return said
