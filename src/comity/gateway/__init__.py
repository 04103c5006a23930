# SPDX-License-Identifier: Apache-2.0
"""The outside beside storage: files an operator names, address data, DNS archive, child processes.

Fills ports; decides nothing about mail. Fetches nothing by itself.
"""
