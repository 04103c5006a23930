# SPDX-License-Identifier: Apache-2.0
"""Django set up for one node's console: databases, apps, what every answer carries.

Settings of Django live here and nowhere else. One process serves one node.
"""

import hashlib
import logging
import secrets
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command

from comity.bootstrap.node import Node
from comity.store.database import SQLITE_OPTIONS, postgresql
from comity.store.files import trouble

HERE = Path(__file__).parent
LANGUAGES = [("en", "English"), ("fr", "Français"), ("ko", "한국어")]
APPS = (  # with tables in the work database, in the order in which they are made
    "contenttypes",
    "auth",
    "work",
    "sessions",
    "account",
    "mfa",
)
_node: Node | None = None
_second_factor = True
log = logging.getLogger(__name__)


def node() -> Node:
    """The node that this process serves."""
    assert _node is not None, "comity.web.project.start was not called"
    return _node


def second_factor() -> bool:
    """Whether every account must have a second factor before it sees a page."""
    return _second_factor


def start(served: Node, *, hosts: list[str], secure: bool, second_factor: bool = True) -> None:
    """Set Django up for this node and bring the tables up to date. Raises ServiceAway.

    `second_factor=False` is for tests and the demo only: a password alone then opens the console.
    """
    global _node, _second_factor  # Django has one configuration a process; this is its node
    _node, _second_factor = served, second_factor
    if not second_factor:
        log.warning("UNSAFE: accounts of this console need no second factor; for tests and demo")
    if not settings.configured:
        configure(_database(served), key=_secret_key(served), hosts=hosts, secure=secure)
    for app in APPS:
        call_command("migrate", app, database="default", verbosity=0, interactive=False)


def configure(database: dict[str, Any], *, key: str, hosts: list[str], secure: bool) -> None:
    """Everything that Django is told. `secure`: reached by HTTPS, so cookies are held to it."""
    settings.configure(
        SECRET_KEY=key,
        ALLOWED_HOSTS=hosts,
        ROOT_URLCONF="comity.web.urls",
        DATABASES={"default": database},
        DATABASE_ROUTERS=["comity.store.database.Router"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        AUTH_USER_MODEL="work.Account",
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
            "django.contrib.messages",
            "allauth",
            "allauth.account",
            "allauth.mfa",
            "comity.store",
            "comity.work",
            "comity.web",
        ],
        MIDDLEWARE=[
            "comity.web.middleware.headers",
            "django.middleware.security.SecurityMiddleware",
            "django.middleware.gzip.GZipMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.locale.LocaleMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
            "comity.web.middleware.errors",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [HERE / "templates"],
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                        "comity.web.context.page",
                    ]
                },
            }
        ],
        AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
        AUTH_PASSWORD_VALIDATORS=[
            {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
            for name, options in (
                ("UserAttributeSimilarityValidator", {"user_attributes": ("email", "name")}),
                ("MinimumLengthValidator", {"min_length": 12}),
                ("CommonPasswordValidator", {}),
            )
        ],
        ACCOUNT_ADAPTER="comity.web.accounts.Adapter",
        ACCOUNT_LOGIN_METHODS={"email"},
        ACCOUNT_SIGNUP_FIELDS=["email*", "password1*"],
        ACCOUNT_EMAIL_VERIFICATION="none",
        ACCOUNT_USER_MODEL_USERNAME_FIELD=None,
        ACCOUNT_PREVENT_ENUMERATION=True,
        ACCOUNT_SESSION_REMEMBER=False,
        MFA_SUPPORTED_TYPES=["totp", "recovery_codes"],
        MFA_TOTP_ISSUER="Comity",
        LOGIN_URL="/sign-in/",
        LOGIN_REDIRECT_URL="/",
        ACCOUNT_LOGOUT_REDIRECT_URL="/sign-in/",
        SESSION_COOKIE_NAME="comity_session",
        SESSION_COOKIE_AGE=12 * 3600,  # seconds: a working day
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_SAMESITE="Lax",
        CSRF_COOKIE_SECURE=secure,
        CSRF_COOKIE_SAMESITE="Strict",
        CSRF_COOKIE_HTTPONLY=True,
        CSRF_FAILURE_VIEW="comity.web.problems.csrf",
        SECURE_CONTENT_TYPE_NOSNIFF=True,
        SECURE_HSTS_SECONDS=365 * 24 * 3600 if secure else 0,
        SECURE_REFERRER_POLICY="same-origin",
        SECURE_CROSS_ORIGIN_OPENER_POLICY="same-origin",
        DATA_UPLOAD_MAX_MEMORY_SIZE=1 << 20,  # of a form; reports are read as a stream
        EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
        LANGUAGE_CODE="en",
        LANGUAGES=LANGUAGES,
        LOCALE_PATHS=[HERE / "locale"],
        USE_I18N=True,
        USE_TZ=True,
        TIME_ZONE="UTC",
        LOGGING_CONFIG=None,
    )
    django.setup()


def _database(served: Node) -> dict[str, Any]:
    if served.settings.database_url:
        return postgresql(served.settings.database_url)
    folder = served.folder / "work"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise trouble(error, f"making {folder}") from error
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(folder / "work.sqlite"),
        "OPTIONS": dict(SQLITE_OPTIONS),
    }


def _secret_key(served: Node) -> str:
    """Of the node, made at the first start; who has it can forge sessions."""
    path = served.folder / "keys" / "web.key"
    try:
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48))
        return hashlib.sha256(b"sessions" + path.read_bytes()).hexdigest()
    except OSError as error:
        raise trouble(error, f"reading {path}") from error
