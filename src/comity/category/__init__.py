# SPDX-License-Identifier: Apache-2.0
"""What a mail is, and whether a hijacked machine sent it, with reasons that point into the mail.

Rules are data, beside a small model. May not use who reported the mail or how many did, and may
not judge an opinion; "undetermined" is an answer. Begin with `decide`.
"""
