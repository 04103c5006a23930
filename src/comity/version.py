# SPDX-License-Identifier: Apache-2.0
"""The version of Comity. A file of its own, so that asking for it costs nothing."""

__version__ = "0.1.0"
