# SPDX-License-Identifier: Apache-2.0
"""Accounts, invitations, saved views: what a node keeps that is neither evidence nor derived.

Tables of their own in `work/work.sqlite` of the node (or its PostgreSQL); back it up. Decides
nothing: `safeguard.role` says who may do what.
"""
