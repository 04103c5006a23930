# SPDX-License-Identifier: Apache-2.0
"""The vault on the disk and the index in a database: fills the ports that `service` declares.

Keeps and finds; decides nothing about mail. Begin with `vault` (the truth) and `index` (derived).
"""
