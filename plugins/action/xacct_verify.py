# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action plugin of `xacct_verify`."""

from __future__ import annotations

from ansible_collections.xacct.aws.plugins.module_utils._operations.verify.verify import OPERATION
from ansible_collections.xacct.aws.plugins.plugin_utils._controller import OperationAction


class ActionModule(OperationAction):
    """Runs `xacct_verify` in the controller's process."""

    OPERATION = OPERATION
