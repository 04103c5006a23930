# SPDX-License-Identifier: Apache-2.0
"""`python -m comity` is the command `comity`."""

from comity.cli.main import run

if __name__ == "__main__":
    run()
