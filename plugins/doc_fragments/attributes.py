# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The attributes of every module. A module that differs says so in its own `attributes`."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation of what the modules can do beside their options."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description:
      - Can run in check mode and say what it would change without changing it.
    support: full
  diff_mode:
    description:
      - Says in diff mode what has changed, or would change in check mode.
    support: full
  idempotent:
    description:
      - Changes nothing, and reports no change, when it is run again in the same situation.
    support: full
  action_group:
    description:
      - Takes the defaults that C(module_defaults) sets for this action group.
    support: full
    membership:
      - xacct.aws.xacct
"""
