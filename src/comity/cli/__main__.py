# SPDX-License-Identifier: Apache-2.0
"""`python -m comity.cli` is the command `comity`."""

from comity.cli.main import run

run()
