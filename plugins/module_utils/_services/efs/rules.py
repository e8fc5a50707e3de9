# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""EFS file systems.

Sources: EFS User Guide, "Using IAM to control file system data access" (actions, the default policy); EFS API
Reference, PutFileSystemPolicy (20,000 characters); service authorization reference, "Amazon Elastic File System".
"""

from __future__ import annotations

from ..._policy.statements.service_rules import Granted, ServiceRules

_MOUNT = "elasticfilesystem:ClientMount"
_WRITE = "elasticfilesystem:ClientWrite"
_ROOT = "elasticfilesystem:ClientRootAccess"


class FileSystem(ServiceRules):
    """EFS file systems: what their policies may say."""

    type = "efs_file_system"
    title = "EFS file system"
    service = "elasticfilesystem"
    name = r"fs-[0-9a-f]{8,40}"
    name_words = "its ID, fs- and 8 to 40 of 0-9 a-f"
    resource = "file-system/{name}"
    access = {
        "read": Granted((_MOUNT,)),
        "read_write": Granted((_MOUNT, _WRITE)),
        "root": Granted((_MOUNT, _WRITE, _ROOT)),
    }
    limit = 20_000
    count = "characters"
    invalid_principal = {"InvalidPolicyException": "principal", "ValidationException": "invalid principal"}
    passing_codes = ("DependencyTimeout",)
    api = ("DescribeFileSystemPolicy", "PutFileSystemPolicy", "DeleteFileSystemPolicy")
    to_know = (
        "Without a policy, everyone who reaches a mount target may read, write and be root. The first grant ends that, "
        "for everyone whom no policy allows it; taking the last one back brings it back. The module warns of both.",
        "A policy that would keep its writer from changing it again is refused by EFS; the check is never bypassed.",
        "Clients have to mount with IAM authorization (`-o tls,iam`), over a network that leads to a mount target.",
    )
    proved = "local AWS"


RULES = FileSystem()
