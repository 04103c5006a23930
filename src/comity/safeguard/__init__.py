# SPDX-License-Identifier: Apache-2.0
"""Who may do what. Pure: decides from values, stores and sends nothing."""
