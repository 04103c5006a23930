# SPDX-License-Identifier: Apache-2.0
"""What makes a report provable: Merkle tree, signed checkpoints, layout of the vault's segments.

Pure: knows no disk, no clock, no database and no web framework; `store` writes what is laid out
here. Formats are RFC 6962, RFC 9162 and C2SP's.
"""
