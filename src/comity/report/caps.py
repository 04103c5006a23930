# SPDX-License-Identifier: Apache-2.0
"""How much a report, or a box of reports, may be. Checked before anything is read further.

All numbers are ours: no standard gives them. Each is a setting with a test at cap-1, cap, cap+1.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caps:
    """Sizes in bytes, names in characters."""

    report_bytes: int = 64 * 1024 * 1024  # the largest mails big providers take are 150 MB; few
    total_bytes: int = 1024**4  # given out of one box; an mbox of 20 GB is real (A07)
    members: int = 20_000_000  # reports and named faults of one box
    depth: int = 4  # mails.tar.gz inside a zip is 3
    ratio: int = 200  # bytes out per byte in; mail packs to 1/3 … 1/30
    ratio_from: int = 16 * 1024 * 1024  # below this a high ratio is harmless, and does occur
    bombs: int = 10  # members of one zip file over the ratio, each costing up to ratio_from
    zip_directory: int = 32 * 1024 * 1024  # central directory: about 300,000 members
    name: int = 1024  # of one member
    reports: int = 1000  # mails in one report: a digest, a forward with many attached


CAPS = Caps()
