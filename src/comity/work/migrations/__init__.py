# SPDX-License-Identifier: Apache-2.0
"""Changes of the index's tables, in order. Made by Django's `makemigrations`; never edited."""
