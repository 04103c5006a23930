# SPDX-License-Identifier: Apache-2.0
"""`python -m simulator`: writes a world to a folder."""

from simulator.cli import run

raise SystemExit(run())
