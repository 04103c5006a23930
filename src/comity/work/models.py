# SPDX-License-Identifier: Apache-2.0
"""Tables of people's work: accounts, invitations, tokens. No evidence, no analysis."""

import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from comity.safeguard.role import Role

ROLES = [(role.value, role.value) for role in Role]


class Accounts(BaseUserManager):  # type: ignore[misc]
    """How accounts are made; `service`-like rules are in `work.invite`."""

    def make(self, email: str, name: str, role: Role, password: str | None) -> "Account":
        account: Account = self.model(
            email=self.normalize_email(email).lower(), name=name, role=role.value
        )
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):  # type: ignore[misc]
    """One person. `id` is what the journal names; a mail address can change."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=32, choices=ROLES)
    language = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField(auto_now_add=True)

    objects = Accounts()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ("name",)

    @property
    def username(self) -> str:
        return str(self.email)

    def __str__(self) -> str:
        return str(self.name or self.email)


class Invitation(models.Model):  # type: ignore[misc]
    """A link that makes one account. Only the SHA-256 of its secret is kept."""

    secret = models.CharField(max_length=64, unique=True)
    email = models.EmailField(blank=True)  # empty: the first administrator says it
    role = models.CharField(max_length=32, choices=ROLES)
    invited_by = models.CharField(max_length=64)  # account id, or "node"
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Token(models.Model):  # type: ignore[misc]
    """Lets a program ask the API in its owner's name. Only the SHA-256 of its secret is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(Account, on_delete=models.CASCADE)
    name = models.CharField(max_length=100)  # what it is for, in the owner's words
    secret = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField()  # acts of `safeguard.role`
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)


class KeptAnswer(models.Model):  # type: ignore[misc]
    """What was answered to an upload with an Idempotency-Key, to say it again."""

    token = models.ForeignKey(Token, on_delete=models.CASCADE)
    key = models.CharField(max_length=64)  # SHA-256 of the header's value
    digest = models.CharField(max_length=64)  # of the bytes that came with it
    answer = models.TextField(blank=True)  # JSON; empty while the first call is at work
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("token", "key"), name="one_answer_for_each_key"),
        )
