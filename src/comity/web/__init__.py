# SPDX-License-Identifier: Apache-2.0
"""The console in the browser: pages, forms, and how they are served. Decides nothing."""
