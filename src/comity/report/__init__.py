# SPDX-License-Identifier: Apache-2.0
"""The forms in which a report comes, each with its reader, its printer where it has one, and caps.

Finds the reported mail inside and says which form it saw and why. Works on bytes and streams that
are passed in; touches neither disk nor net. Begin with `read`; boxes and archives: `container`.
"""
