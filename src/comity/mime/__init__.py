# SPDX-License-Identifier: Apache-2.0
"""Bytes of a mail as header fields and parts, each with its place; contents and words decoded.

The lowest parser: knows no report, message or trace, keeps every byte accounted for, and never
raises on content. Begin with `split`.
"""
