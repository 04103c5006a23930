# SPDX-License-Identifier: Apache-2.0
"""The API for programs, under `/api/v1/`: JSON over HTTP, described by OpenAPI 3.1.

Asks a token, a service or a question, and prints. Decides nothing, holds no SQL and no session;
`web.urls` mounts it.
"""
