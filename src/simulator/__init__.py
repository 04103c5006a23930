# SPDX-License-Identifier: Apache-2.0
"""A seeded world of mail that knows the truth about itself: for demo, tests, benchmarks, training.

Stands beside `comity`, on `comity.values` only: what it prints is read back by the product, so the
two may not share code. Uses documentation addresses and invented hosts under `.example`.
"""
