# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what is declared and what is there to a plan and the ordered steps that carry it out.

Pure: nothing here makes a call. The order of the steps of an update takes away before it gives: a role never has its
new permissions with its old trust, nor a new trust with permissions that are to go.
Private to this collection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..._options.role import MANAGED_BY, MANAGER, refused_role
from ..._policy.language.documents import parse_document, with_text_conditions
from ..._policy.statements.render import readable_policy
from ..plan import Change, Plan
from ..task import TaskError
from ..writing.shared_policy import same_policy
from .state import RoleState
from .trust import DeclaredTrust, declared_trust, shown_trust_policy, trust_changes

LONGEST_SHOWN_POLICY = 400


@dataclass(frozen=True)
class Step:
    """One call or protocol of `apply.py`: the name of its verb, the arguments, and what it does in words."""

    verb: str
    says: str
    arguments: dict = field(default_factory=dict)


@dataclass(frozen=True)
class RoleDecision:
    """The plan, the steps that carry it out, and what is declared of the trust policy (None: nothing)."""

    plan: Plan
    steps: tuple[Step, ...] = ()
    trust: DeclaredTrust | None = None
    trust_policy: dict | None = None
    """The trust policy as it will be; None when the role will be gone."""


def decide(params: Mapping, state: RoleState | None, partition: str) -> RoleDecision:
    """Return what has to be done. `partition` counts for a role that does not exist yet. Raises `TaskError`."""
    if state is not None:
        if state.facts.name != params["name"]:
            raise TaskError(name_is_taken(params["name"], state.facts.name, state.facts.path))
        refusal = refused_role(state.facts.name, state.facts.path)
        if refusal:
            raise TaskError(refusal)
        partition = state.facts.partition
    trust = declared_trust(params, state.facts.trust_policy if state else None, partition)
    if params["state"] == "absent":
        return _decide_removal(params, state, trust)
    if state is None:
        return _decide_creation(params, trust)
    return _decide_update(params, state, trust)


def name_is_taken(wanted: str, name: str, path: str) -> str:
    """Say that a role's name differs from another's in nothing but its case."""
    return (
        f"role {wanted} cannot be made: role {name} (path {path}) has that name but for upper and lower case, and IAM "
        f"wants names to differ by more, whatever their paths. Use the name {name}, or another one"
    )


def wanted_tags(params: Mapping) -> dict[str, str]:
    """Return the declared tags as text."""
    return {key: str(value) for key, value in (params.get("tags") or {}).items()}


def wanted_inline(params: Mapping) -> dict[str, dict]:
    """Return the declared inline policies as documents."""
    given = params.get("inline_policies") or {}
    return {name: with_text_conditions(parse_document(document)) for name, document in given.items()}


def _decide_creation(params: Mapping, trust: DeclaredTrust | None) -> RoleDecision:
    name = params["name"]
    document = trust.merge(None) if trust else None
    if document is None and trust and trust.grants:
        # Statements are taken back from a role that is not there: that is done already.
        return RoleDecision(Plan(), trust=trust)
    if document is None:
        raise TaskError(
            f"role {name} does not exist, and trusted names nobody: IAM creates no role without a principal"
        )
    create = {
        "path": params.get("path"),
        "description": params.get("description"),
        "max_session_duration": params.get("max_session_duration"),
        "permissions_boundary": params.get("permissions_boundary"),
        "tags": {**wanted_tags(params), MANAGED_BY: MANAGER},
    }
    managed = params.get("managed_policies") or []
    inline = wanted_inline(params)
    view = _view(
        {
            "path": create["path"] or "/",
            "description": create["description"] or "",
            "max_session_duration": create["max_session_duration"] or 3600,
            "permissions_boundary": create["permissions_boundary"] or None,
            "tags": create["tags"],
        },
        shown_trust_policy(document, trust.names),
        managed,
        inline,
    )
    steps = (
        Step("create", f"created role {name}", create),
        *(Step("attach", f"attached {arn}", {"policy_arn": arn}) for arn in managed),
        *(_put_inline(policy, text) for policy, text in inline.items()),
    )
    return RoleDecision(Plan((Change("role", name, None, view),), {}, view), steps, trust, document)


def _decide_update(params: Mapping, state: RoleState, trust: DeclaredTrust | None) -> RoleDecision:
    stored = state.facts.trust_policy
    document = trust.merge(stored) if trust else stored
    if document is None:
        raise TaskError(
            f"role {state.facts.name}: nobody would be left in its trust policy, and IAM accepts none without a "
            "statement. Name a principal, or remove the role with state: absent and purge_trusted: true"
        )
    claimed = _claim(params, state, same_policy(stored, document) if trust else False)
    differ = Differences()
    _compare_path(params, state)
    _compare_tags(params, state, claimed, differ)
    _compare_attributes(params, state, differ)
    _compare_boundary(params, state, differ)
    _compare_managed(params, state, differ)
    _compare_inline(params, state, differ)
    names = trust.names if trust else {}
    if not same_policy(stored, document):
        differ.changes.extend(trust_changes(stored, document, names))
        verb = "put_trust" if trust.whole else "share_trust"
        differ.trusting.append(Step(verb, "changed the trust policy"))
    before = _view_of(state, shown_trust_policy(stored, names))
    after = {**before, **differ.after, "trust_policy": shown_trust_policy(document, names)}
    return RoleDecision(Plan(tuple(differ.changes), before, after), differ.steps(), trust, document)


def _decide_removal(params: Mapping, state: RoleState | None, trust: DeclaredTrust | None) -> RoleDecision:
    if state is None:
        return RoleDecision(Plan())
    facts = state.facts
    stored = facts.trust_policy
    if not params["purge_trusted"]:
        rest = trust.merge(stored)
        if rest is not None:
            return _decide_statement_removal(state, trust, rest)
    if not state.ours and not params["take_over"]:
        raise TaskError(
            f"{_whose(state)} It is not removed: set take_over: true to remove it all the same"
            + ("" if params["purge_trusted"] else "; no statement would be left in its trust policy, which IAM refuses")
        )
    view = _view_of(state, shown_trust_policy(stored, trust.names if trust else {}))
    steps = (
        *(
            Step("leave_instance_profile", f"took it out of instance profile {each}", {"instance_profile": each})
            for each in state.instance_profiles
        ),
        *(Step("detach", f"detached {arn}", {"policy_arn": arn}) for arn in state.attached),
        *(_remove_inline(each) for each in state.inline_names),
        Step("delete_if_unshared" if not params["purge_trusted"] else "delete", f"deleted role {facts.name}"),
    )
    return RoleDecision(Plan((Change("role", facts.name, view, None),), view, {}), steps, trust)


def _decide_statement_removal(state: RoleState, trust: DeclaredTrust, rest: dict) -> RoleDecision:
    stored = state.facts.trust_policy
    before = _view_of(state, shown_trust_policy(stored, trust.names))
    if same_policy(stored, rest):
        return RoleDecision(Plan((), before, before), (), trust, stored)
    after = {**before, "trust_policy": shown_trust_policy(rest, trust.names)}
    changes = tuple(trust_changes(stored, rest, trust.names))
    steps = (Step("share_trust", "changed the trust policy"),)
    return RoleDecision(Plan(changes, before, after), steps, trust, rest)


@dataclass
class Differences:
    """What differs, gathered part by part, with the steps in the order of the module's docstring."""

    changes: list[Change] = field(default_factory=list)
    after: dict = field(default_factory=dict)
    first: list[Step] = field(default_factory=list)
    taking: list[Step] = field(default_factory=list)
    trusting: list[Step] = field(default_factory=list)
    giving: list[Step] = field(default_factory=list)

    def steps(self) -> tuple[Step, ...]:
        """Return all steps in order."""
        return (*self.first, *self.taking, *self.trusting, *self.giving)


def _claim(params: Mapping, state: RoleState, trust_matches: bool) -> bool:
    """Whether a role that is there already has to be marked as ours; raise `TaskError` when it may not be touched."""
    if state.ours:
        return False
    if params["take_over"]:
        return True
    if not params["purge_trusted"]:
        return False
    if trust_matches:
        return True
    shown = str(readable_policy(state.facts.trust_policy).get("statements", {}))
    if len(shown) > LONGEST_SHOWN_POLICY:
        shown = f"{shown[:LONGEST_SHOWN_POLICY]} …"
    raise TaskError(
        f"{_whose(state)} It trusts: {shown}. Set take_over: true to declare it whole from now on, purge_trusted: "
        "false to add to its trust policy only, or use another name"
    )


def _whose(state: RoleState) -> str:
    facts = state.facts
    return (
        f"{facts.arn} exists (made {facts.create_date}) and was not made by this collection: it has no tag "
        f"{MANAGED_BY}={MANAGER}."
    )


def _compare_path(params: Mapping, state: RoleState) -> None:
    wanted = params.get("path")
    if wanted is not None and wanted != state.facts.path:
        raise TaskError(
            f"role {state.facts.name} has the path {state.facts.path}, and {wanted} is declared: IAM cannot change the "
            "path of a role. Leave path out or declare the one it has, or remove the role first (state: absent), "
            "which cuts off whoever uses it and gives it a new unique ID"
        )


def _compare_tags(params: Mapping, state: RoleState, claimed: bool, differ: Differences) -> None:
    present = state.facts.tags
    wanted = wanted_tags(params)
    if claimed:
        wanted[MANAGED_BY] = MANAGER
    # IAM does not tell upper from lower case in tag keys, and keeps the spelling of the first.
    spelling = {key.lower(): key for key in present}
    new = {}
    for key, value in wanted.items():
        stored_key = spelling.get(key.lower(), key)
        if present.get(stored_key) != value:
            new[stored_key] = value
    for key, value in new.items():
        differ.changes.append(Change("tags", key, present.get(key), value))
    if new:
        differ.first.append(Step("tag", f"set tags {', '.join(sorted(new))}", {"tags": new}))
    gone = []
    if params["purge_tags"] and params.get("tags") is not None:
        lower = {key.lower() for key in wanted}
        gone = [key for key in present if key.lower() not in lower and not _protected(key)]
    for key in gone:
        differ.changes.append(Change("tags", key, present[key], None))
    if gone:
        differ.giving.append(Step("untag", f"removed tags {', '.join(gone)}", {"tag_keys": gone}))
    differ.after["tags"] = {key: value for key, value in {**present, **new}.items() if key not in gone}


def _protected(key: str) -> bool:
    return key.lower().startswith("aws:") or key == MANAGED_BY


def _compare_attributes(params: Mapping, state: RoleState, differ: Differences) -> None:
    facts = state.facts
    description, seconds = params.get("description"), params.get("max_session_duration")
    if description is not None and description != facts.description:
        differ.changes.append(Change("description", facts.name, facts.description, description))
        differ.first.append(Step("put_description", "changed the description", {"description": description}))
        differ.after["description"] = description
    if seconds is not None and seconds != facts.max_session_duration:
        differ.changes.append(Change("max_session_duration", facts.name, facts.max_session_duration, seconds))
        says = "changed the longest session duration"
        differ.first.append(Step("put_max_session_duration", says, {"seconds": seconds}))
        differ.after["max_session_duration"] = seconds


def _compare_boundary(params: Mapping, state: RoleState, differ: Differences) -> None:
    present = state.facts.permissions_boundary
    wanted = present if params.get("permissions_boundary") is None else params["permissions_boundary"] or None
    differ.after["permissions_boundary"] = wanted
    if wanted == present:
        return
    differ.changes.append(Change("permissions_boundary", state.facts.name, present, wanted))
    if wanted:
        differ.taking.append(Step("put_boundary", f"set the permissions boundary {wanted}", {"policy_arn": wanted}))
    else:
        differ.giving.append(Step("remove_boundary", "removed the permissions boundary"))


def _compare_managed(params: Mapping, state: RoleState, differ: Differences) -> None:
    if state.attached is None:
        return
    declared = params.get("managed_policies") or []
    new = [arn for arn in declared if arn not in state.attached]
    gone = [arn for arn in state.attached if arn not in declared] if params["purge_managed_policies"] else []
    for arn in gone:
        differ.changes.append(Change("managed_policies", arn, arn, None))
        differ.taking.append(Step("detach", f"detached {arn}", {"policy_arn": arn}))
    for arn in new:
        differ.changes.append(Change("managed_policies", arn, None, arn))
        differ.giving.append(Step("attach", f"attached {arn}", {"policy_arn": arn}))
    differ.after["managed_policies"] = sorted({*state.attached, *new} - set(gone))


def _compare_inline(params: Mapping, state: RoleState, differ: Differences) -> None:
    declared = wanted_inline(params)
    after = dict(state.inline)
    for name in state.inline_names or ():
        if name not in declared:
            differ.changes.append(Change("inline_policies", name, readable_policy(after.pop(name, None)), None))
            differ.taking.append(_remove_inline(name))
    for name, document in declared.items():
        present = state.inline.get(name)
        if not same_policy(present, document):
            before = readable_policy(present) if present else None
            differ.changes.append(Change("inline_policies", name, before, readable_policy(document)))
            differ.giving.append(_put_inline(name, document))
            after[name] = document
    if after or "inline_policies" in params:
        differ.after["inline_policies"] = {name: readable_policy(after[name]) for name in sorted(after)}


def _put_inline(name: str, document: dict) -> Step:
    return Step("put_inline", f"wrote inline policy {name}", {"policy_name": name, "document": document})


def _remove_inline(name: str) -> Step:
    return Step("remove_inline", f"deleted inline policy {name}", {"policy_name": name})


def _view(attributes: dict, trust_policy: dict, managed: list[str], inline: Mapping[str, dict]) -> dict:
    return {
        **attributes,
        "trust_policy": trust_policy,
        "managed_policies": sorted(managed),
        "inline_policies": {name: readable_policy(inline[name]) for name in sorted(inline)},
    }


def _view_of(state: RoleState, trust_policy: dict) -> dict:
    facts = state.facts
    view = {
        "path": facts.path,
        "description": facts.description,
        "max_session_duration": facts.max_session_duration,
        "permissions_boundary": facts.permissions_boundary,
        "tags": facts.tags,
        "trust_policy": trust_policy,
    }
    if state.attached is not None:
        view["managed_policies"] = sorted(state.attached)
    unread: Iterator[tuple[str, None]] = ((name, None) for name in state.inline_names or ())
    view["inline_policies"] = {
        **dict(unread),
        **{name: readable_policy(document) for name, document in state.inline.items()},
    }
    return view
