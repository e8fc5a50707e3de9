# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Event buses, file systems and domains: what moto does otherwise with their policies, or lacks.

Sources: EventBridge API Reference, PutPermission (a Policy replaces the one that there is); EFS API Reference,
DeleteFileSystemPolicy; OpenSearch Service API Reference, UpdateDomainConfig.
"""

from __future__ import annotations

from . import store
from .calls import Call
from .doors import Door
from .errors import Refusal, Response


class BusDoor(Door):
    """EventBridge."""

    def prepared(self, call: Call) -> Call | Response:
        """PutPermission with a whole policy: moto would add its statements to those that there are."""
        if call.operation.name == "PutPermission" and call.text("Policy"):
            buses = store.backend("events", call.account, call.region).event_buses
            bus = buses.get(call.text("EventBusName") or "default")
            if bus is not None:
                bus.remove_statements()
        return call


class FileSystemDoor(Door):
    """EFS."""

    def prepared(self, call: Call) -> Call | Response:
        """DeleteFileSystemPolicy, which moto has not; and a file system that does not exist."""
        if not call.operation.name.endswith("FileSystemPolicy"):
            return call
        file_systems = store.backend("efs", call.account, call.region).file_systems_by_id
        name = call.path.split("/")[3]
        if name not in file_systems:
            raise Refusal("FileSystemNotFound", f"File system '{name}' does not exist.", 404)
        if call.operation.name == "DeleteFileSystemPolicy":
            file_systems[name].file_system_policy = None
            return Response(200)
        return call


class DomainDoor(Door):
    """OpenSearch Service."""

    def prepared(self, call: Call) -> Call | Response:
        """UpdateDomainConfig with an empty policy, which takes the policy away: moto would keep it."""
        if call.operation.name == "UpdateDomainConfig" and call.fields.get("AccessPolicies") == "":
            domain = store.backend("opensearch", call.account, call.region).domains.get(call.path.split("/")[4])
            if domain is not None:
                domain.access_policies = ""
        return call
