# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.xacct.aws.plugins.module_utils._operations.grants.resource_grant import OPERATION
from ansible_collections.xacct.aws.plugins.plugin_utils._controller import OperationAction


class ActionModule(OperationAction):
    """Runs `xacct_resource_grant` in the controller's process."""

    OPERATION = OPERATION
