# SPDX-License-Identifier: Apache-2.0
"""Addresses of one's own account: leave, password, second factor. Views by allauth.

Only what an account by invitation needs: no sign-up, no address change, no reset by mail.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import path

from comity.web.gate import open_page

urlpatterns = [
    path("leave/", open_page(account.logout), name="account_logout"),
    path("inactive/", open_page(account.account_inactive), name="account_inactive"),
    path("confirm/", open_page(account.reauthenticate), name="account_reauthenticate"),
    path("password/", open_page(account.password_change), name="account_change_password"),
    path("second-factor/", open_page(mfa.index), name="mfa_index"),
    path("second-factor/ask/", open_page(mfa.authenticate), name="mfa_authenticate"),
    path("second-factor/again/", open_page(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("second-factor/app/", open_page(totp.activate_totp), name="mfa_activate_totp"),
    path("second-factor/app/end/", open_page(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "second-factor/codes/", open_page(codes.view_recovery_codes), name="mfa_view_recovery_codes"
    ),
    path(
        "second-factor/codes/new/",
        open_page(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "second-factor/codes/file/",
        open_page(codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
]
