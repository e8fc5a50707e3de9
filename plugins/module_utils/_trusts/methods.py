# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The methods of giving access by the keyword that declares them in a trust. A new one is a file and a line here."""

from __future__ import annotations

from ansible_collections.xacct.aws.plugins.module_utils._trusts import (
    bucket_acl_method,
    bucket_method,
    object_acl_method,
    resource_method,
    role_plan,
)
from ansible_collections.xacct.aws.plugins.module_utils._trusts.method import Method

METHODS: dict[str, Method] = {
    "role": role_plan.METHOD,
    "bucket": bucket_method.METHOD,
    "bucket_acl": bucket_acl_method.METHOD,
    "object_acl": object_acl_method.METHOD,
    "resource": resource_method.METHOD,
}
"""In the order in which a trusting account applies them: a bucket takes ACLs before its objects do."""
