# SPDX-License-Identifier: Apache-2.0
"""The small frozen values that every room shares. Imports no other room, does no I/O."""
