# SPDX-License-Identifier: Apache-2.0
"""The command `comity`: a file for each group of verbs, and files that draw results.

Maps words to use cases and results to text; decides nothing. The contract: docs/reference/cli.md.
"""
