# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may assume a role: the declared entries as statements, and what turns the stored trust policy into them.

Pure: nothing here makes a call.
Private to this collection.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..._options.role import ANY_EXTERNAL_ID, EXTERNAL_ID_BYTES, statement_options
from ..._policy.language.comparison import Difference, differences
from ..._policy.language.documents import new_document
from ..._policy.language.principals import principal_pairs, unresolved_ids
from ..._policy.statements.own_statements import SidAlphabet, merge_statements, own_sid
from ..._policy.statements.render import readable_policy
from ..._policy.statements.trust import external_ids, trust_statement
from ..plan import Change

SHOWN_INSTEAD = "(generated when applied)"
_KIND_OF_ID = {"AROA": "role", "AIDA": "user"}


@dataclass(frozen=True)
class TrustGrant:
    """One declared entry: its name, its Sid, and its statement; None where the statement is to go."""

    name: str
    sid: str
    statement: dict | None


@dataclass(frozen=True)
class DeclaredTrust:
    """All declared entries. `whole`: nothing but them may be in the trust policy."""

    grants: tuple[TrustGrant, ...]
    whole: bool

    @property
    def own_sids(self) -> frozenset[str]:
        """The Sids that are written or removed by name."""
        return frozenset(grant.sid for grant in self.grants)

    @property
    def names(self) -> dict[str, str]:
        """The entries' names by Sid."""
        return {grant.sid: grant.name for grant in self.grants}

    def merge(self, document: dict | None) -> dict | None:
        """Return a trust policy with the entries in it (None when no statement is left)."""
        wanted = [grant.statement for grant in self.grants if grant.statement is not None]
        remove = [grant.sid for grant in self.grants if grant.statement is None]
        return merge_statements(document, wanted, remove=remove, purge="all" if self.whole else "none")

    def with_external_ids(self) -> DeclaredTrust:
        """Return the entries with a new external ID wherever one is to be generated."""
        return replace(self, grants=tuple(_with_external_id(grant) for grant in self.grants))


def declared_trust(params: Mapping, stored: dict | None, partition: str) -> DeclaredTrust | None:
    """Return what `trusted` declares, None when the option is not given.

    An entry with `generate_external_id` keeps the external IDs that its statement has in the `stored` policy.
    """
    if params.get("trusted") is None:
        return None
    kept = external_ids(stored)
    take_back = params["state"] == "absent"
    grants = []
    for entry in params["trusted"]:
        sid = own_sid(entry["name"], SidAlphabet.IAM)
        statement = None
        if entry["state"] == "present" and not take_back:
            options = statement_options(entry, params["allow_anyone"])
            if entry.get("generate_external_id") and kept.get(sid):
                options["external_id"] = kept[sid]
            statement = trust_statement(options, partition)
        grants.append(TrustGrant(entry["name"], sid, statement))
    return DeclaredTrust(tuple(grants), whole=params["purge_trusted"] and not take_back)


def trust_changes(before: dict | None, after: dict | None, names: Mapping[str, str]) -> list[Change]:
    """Return what differs between two trust policies: statement by statement, deleted principals for themselves."""
    changes: list[Change] = []
    for difference in differences(before, after):
        if difference.sid is None:
            changes.append(Change("trust_policy", "version", _version(difference.before), _version(difference.after)))
            continue
        deleted = unresolved_ids(new_document([difference.before])) if difference.before else []
        for unique_id in deleted:
            kind = _KIND_OF_ID.get(unique_id[:4], "principal")
            changes.append(Change("principal", unique_id, f"principal {unique_id} of a deleted {kind}", None))
        if not (deleted and _only_principals_differ(difference, deleted)):
            name = names.get(difference.sid, difference.sid) or "statement without a Sid"
            changes.append(Change("trusted", name, shown(difference.before), shown(difference.after)))
    return changes


def shown(value: dict | None) -> dict | None:
    """Return a statement or view with words in place of external IDs that are not made yet."""
    if value is None:
        return None
    return json.loads(json.dumps(value).replace(ANY_EXTERNAL_ID, SHOWN_INSTEAD))


def shown_trust_policy(document: dict | None, names: Mapping[str, str]) -> dict:
    """Return a trust policy for a diff."""
    return shown(readable_policy(document, names)) or {}


def shown_external_ids(document: dict | None, names: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the external IDs of a trust policy by the name of the entry (else the Sid)."""
    found = {names.get(sid, sid): ids for sid, ids in external_ids(document).items() if sid}
    return shown(found) or {}


def with_live_ids(document: dict | None, arns: Mapping[str, str]) -> dict | None:
    """Return the document with the ARNs of principals that AWS showed by their unique IDs, though they exist.

    `arns` maps unique IDs to the ARNs of what has them now. It happens for some seconds after a principal was made.
    """
    if not document or not arns:
        return document
    text = json.dumps(document["Statement"])
    for unique_id, arn in arns.items():
        text = text.replace(json.dumps(unique_id), json.dumps(arn))
    return {**document, "Statement": json.loads(text)}


def _with_external_id(grant: TrustGrant) -> TrustGrant:
    text = json.dumps(grant.statement)
    if ANY_EXTERNAL_ID not in text:
        return grant
    return replace(grant, statement=json.loads(text.replace(ANY_EXTERNAL_ID, secrets.token_urlsafe(EXTERNAL_ID_BYTES))))


def _only_principals_differ(difference: Difference, deleted: list[str]) -> bool:
    """Whether the statement is the same but for the deleted principals and those that take their place."""
    if difference.after is None:
        return False
    rest = [{**statement, "Principal": "*"} for statement in (difference.before, difference.after)]
    if differences(new_document([rest[0]]), new_document([rest[1]])):
        return False
    living = {text for kind, text in principal_pairs(difference.before.get("Principal"))} - set(deleted)
    return living <= {text for kind, text in principal_pairs(difference.after.get("Principal"))}


def _version(frame: dict | None) -> str | None:
    return (frame or {}).get("Version")
