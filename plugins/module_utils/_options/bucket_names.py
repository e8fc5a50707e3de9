# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The names of buckets whose policies and access control lists can be written.

Private to this collection.
"""

from __future__ import annotations

import re

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ADDRESS = re.compile(r"[0-9]+(\.[0-9]+){3}", re.ASCII)


def bucket_name_error(name: str) -> str | None:
    """Return what is wrong with a bucket's name, None for nothing."""
    if name.startswith("arn:") or "/" in name:
        return f"{name!r} is not a bucket's name: write it without arn:, s3:// and path"
    if name.endswith("--x-s3"):
        return f"{name!r} is a directory bucket (S3 Express One Zone), which has other actions and no grants as here"
    if not _NAME.fullmatch(name):
        return f"{name!r} is not a bucket's name: 3 to 63 of a-z 0-9 . -, a letter or digit at both ends"
    return None
