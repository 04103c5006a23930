# SPDX-License-Identifier: Apache-2.0
"""Where a mail came from: its Received lines, whom to believe, the origin and what vouches for it.

Pure functions of header fields and of data passed in; nothing here is looked up. Begin with
`find`; how it decides is told in docs/explanation/origin.md.
"""
