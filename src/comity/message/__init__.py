# SPDX-License-Identifier: Apache-2.0
"""A mail as its reader would meet it: text, hidden text, links, attachments, language.

Never raises on content, opens nothing, follows no link, runs nothing; what is odd becomes a defect
or a reason. Begin with `read`.
"""
