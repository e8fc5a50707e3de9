# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The methods of giving access by the keyword that declares them in a trust. A new one is a folder and a line here."""

from __future__ import annotations

from .base import Method
from .resource import resource
from .role import role
from .s3 import bucket, bucket_acl, object_acl

METHODS: dict[str, Method] = {
    "role": role.METHOD,
    "bucket": bucket.METHOD,
    "bucket_acl": bucket_acl.METHOD,
    "object_acl": object_acl.METHOD,
    "resource": resource.METHOD,
}
"""In the order in which a trusting account applies them: a bucket takes ACLs before its objects do."""

RESULTS = {name: f"_trusting_account_{name}_results" for name in METHODS}
"""The variables that the role ``trusting_account`` registers the results of each in."""
