# SPDX-License-Identifier: Apache-2.0
"""Puts a node, an analysis and the demo together from settings. The only room that knows all parts.

Decides nothing about mail.
"""
