# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies that would lock the owner of a resource out, and those that only look like it."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.request_principals import request_principal
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import KEY_POLICY
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError, new_document
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.principals import parse_arn
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.lockout import (
    Keepers,
    check_control,
    everybody_in,
    lost_control,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.own_statements import merge_statements
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.resource import resource_statement
from ansible_collections.xacct.aws.plugins.module_utils._services.kms.rules import RULES
from ansible_collections.xacct.aws.plugins.module_utils._services.rules_registry import SERVICES
from hypothesis import given, settings
from hypothesis import strategies as st

OWNER, OTHER = "111111111111", "222222222222"
WORKER = f"arn:aws:iam::{OTHER}:role/Worker"
ADMIN = f"arn:aws:iam::{OWNER}:user/admin"
QUEUE = f"arn:aws:sqs:eu-central-1:{OWNER}:jobs"
CONTROL = ("sqs:SetQueueAttributes", "sqs:RemovePermission")


def deny(*actions: str, **more: object) -> dict:
    return {"Sid": "no", "Effect": "Deny", "Principal": "*", "Action": list(actions), "Resource": QUEUE, **more}


def allow(*actions: str, **more: object) -> dict:
    return {**deny(*actions, **more), "Effect": "Allow"}


def lost_queue(*wanted: dict, before: tuple[dict, ...] = ()) -> list[str]:
    old, new = (new_document(list(each)) if each else None for each in (before, wanted))
    return list(lost_control(old, new, QUEUE, CONTROL, [everybody_in(OWNER, new)], account_id=OWNER))


EXEMPT = {"Condition": {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWNER}:role/Admin*"}}}


@pytest.mark.parametrize(
    "wanted",
    [
        [deny("sqs:*")],
        [deny("*")],
        [deny("sqs:Set*", "sqs:RemovePermission")],
        [deny("sqs:*", Principal={"AWS": OWNER})],
        [deny("sqs:*", Principal={"AWS": [OTHER, f"arn:aws:iam::{OWNER}:root"]})],
        [deny("sqs:*", Resource="*")],
        [deny("sqs:*", Condition={"StringEquals": {"aws:PrincipalAccount": OWNER}})],
        [{**deny(), "NotAction": "sqs:SendMessage", "Action": None}],
        [deny("sqs:*", Principal=None, NotPrincipal={"AWS": OTHER})],
        [deny("sqs:Set*", Sid="theirs"), deny("sqs:Remove*", Sid="ours")],
        [deny("sqs:SetQueueAttributes"), deny("sqs:*", Principal={"AWS": OWNER}, Sid="b")],
        [deny("sqs:*"), allow("sqs:*", Principal={"AWS": ADMIN}, Sid="b")],
    ],
)
def test_nobody_could_change_it_any_more(wanted):
    wanted = [{key: value for key, value in statement.items() if value is not None} for statement in wanted]
    (found,) = lost_queue(*wanted)
    assert found.startswith(f"every user and role of account {OWNER} is denied it by statement ")
    assert lost_queue(*wanted, before=tuple(wanted)) == []


def test_every_statement_that_takes_part_is_named():
    (found,) = lost_queue(deny("sqs:Set*", Sid="theirs"), deny("sqs:Remove*", Sid="ours"))
    assert "statement 'theirs' and statement 'ours'" in found


@pytest.mark.parametrize(
    "wanted",
    [
        [],
        [allow("sqs:*", Principal={"AWS": OTHER})],
        [deny("sqs:SetQueueAttributes")],
        [deny("sqs:SendMessage", "sqs:Delete*")],
        [deny("sqs:*", Principal={"AWS": OTHER})],
        [deny("sqs:*", Principal={"AWS": ADMIN})],
        [deny("sqs:*", **EXEMPT)],
        [deny("sqs:Set*", **EXEMPT), deny("sqs:Remove*", Sid="b")],
        [deny("sqs:*", Condition={"StringNotEquals": {"aws:PrincipalTag/role": "admin"}})],
        [deny("sqs:*", Condition={"StringNotEquals": {"aws:PrincipalAccount": OWNER}})],
        [deny("sqs:*", Condition={"Bool": {"aws:SecureTransport": "false"}})],
        [deny("sqs:*", Condition={"NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}})],
        [{**deny("sqs:*"), "Principal": None, "NotPrincipal": {"AWS": [OWNER, ADMIN]}}],
        [deny("sqs:*", Resource=f"{QUEUE}2")],
    ],
)
def test_somebody_still_can(wanted):
    wanted = [{key: value for key, value in statement.items() if value is not None} for statement in wanted]
    assert lost_queue(*wanted) == []


def test_the_refusal_says_what_to_do():
    wanted = new_document([deny("sqs:*")])
    with pytest.raises(PolicyError) as raised:
        check_control(
            "policy of queue jobs", None, wanted, QUEUE, CONTROL, [everybody_in(OWNER, wanted)], account_id=OWNER
        )
    text = str(raised.value)
    assert text.startswith("policy of queue jobs would lock its owner out: every user and role of account ")
    assert "(sqs:SetQueueAttributes and sqs:RemovePermission)" in text and "Leave sqs:SetQueueAttributes out" in text


def test_every_type_that_can_lock_out_is_looked_at():
    """ECR and EFS refuse it themselves (`force`, `BypassPolicyLockoutSafetyCheck`); a REST API's is about calls."""
    unguarded = {each.type for each in SERVICES.values() if "Deny" in each.effects and not each.control}
    assert unguarded == {"ecr_repository", "efs_file_system", "rest_api"}


KEY = parse_arn(f"arn:aws:kms:eu-central-1:{OWNER}:key/1234abcd-12ab-34cd-56ef-1234567890ab")


def lost(before: dict, wanted: dict, caller: str) -> list[str]:
    """Who loses a key: its account, and who makes the change."""
    account, who = request_principal(OWNER), request_principal(caller)
    keepers = [Keepers(f"account {OWNER}", (account,))]
    if who.account_id == OWNER and who != account:
        keepers.append(Keepers(f"{caller}, who makes this change,", (who,)))
    return list(lost_control(before, wanted, str(KEY), RULES.control, keepers, account_id=OWNER, kind=KEY_POLICY))


def statement(**options: object) -> dict:
    whole = {"name": "worker", "principals": [WORKER], "access": "use", **options}
    return resource_statement({option: value for option, value in whole.items() if value is not None}, RULES, KEY)


DEFAULT = RULES.empty_policy(KEY)
DENY = {"Sid": "Xacctno", "Effect": "Deny", "Principal": "*", "Action": "kms:Put*", "Resource": "*"}


def with_default(*more: dict) -> dict:
    return new_document([*DEFAULT["Statement"], *more])


# The policy before, the one wanted, who makes the change, and who loses the key.
LOCK_OUTS: dict[str, tuple[dict, dict, str, list[str]]] = {
    "a grant": (DEFAULT, with_default(statement()), ADMIN, []),
    "everybody denied": (DEFAULT, with_default(DENY), ADMIN,
                         [f"account {OWNER} is denied it by statement 'Xacctno'",
                          f"{ADMIN}, who makes this change, is denied it by statement 'Xacctno'"]),
    "the root user makes the change": (DEFAULT, with_default(DENY), OWNER, [f"account {OWNER} is denied"]),
    "the account denied, and it is the admin's too": (
        DEFAULT, with_default({**DENY, "Principal": {"AWS": OWNER}}), ADMIN,
        [f"account {OWNER} is denied", f"{ADMIN}, who makes"],
    ),
    "another action denied": (DEFAULT, with_default({**DENY, "Action": "kms:ScheduleKeyDeletion"}), ADMIN, []),
    "others denied": (DEFAULT, with_default({**DENY, "Principal": {"AWS": WORKER}}), ADMIN, []),
    "only the admin denied": (DEFAULT, with_default({**DENY, "Principal": {"AWS": ADMIN}}), ADMIN,
                              [f"{ADMIN}, who makes this change, is denied it"]),
    "only another one denied": (DEFAULT, with_default({**DENY, "Principal": {"AWS": f"{ADMIN}2"}}), ADMIN, []),
    "all but one denied": (DEFAULT, with_default({**DENY, "Condition": {"ArnNotEquals": {"aws:PrincipalArn": ADMIN}}}),
                           ADMIN, [f"account {OWNER} is denied"]),
    "denied where nobody knows": (
        DEFAULT, with_default({**DENY, "Condition": {"NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}}}), ADMIN, [],
    ),
    "no statement for the account": (DEFAULT, new_document([statement()]), ADMIN,
                                     [f"account {OWNER} is allowed it by no statement",
                                      f"{ADMIN}, who makes this change, is allowed it by no statement"]),
    "the account was out already, the admin stays": (
        new_document([statement(name="admin", principals=[ADMIN], access=None, actions=["kms:*"])]),
        new_document([statement(name="admin", principals=[ADMIN], access=None, actions=["kms:*"]), statement()]),
        ADMIN, [],
    ),
    "an admin of another account": (DEFAULT, with_default(DENY), f"arn:aws:iam::{OTHER}:user/x",
                                    [f"account {OWNER} is denied"]),
}  # fmt: skip


@pytest.mark.parametrize(("before", "wanted", "caller", "starts"), LOCK_OUTS.values(), ids=LOCK_OUTS)
def test_who_loses_a_key(before, wanted, caller, starts):
    found = lost(before, wanted, caller)
    assert len(found) == len(starts)
    assert all(text.startswith(start) for text, start in zip(found, starts, strict=True))


@settings(max_examples=60, deadline=None)
@given(
    options=st.fixed_dictionaries(
        {},
        optional={
            "access": st.sampled_from(list(RULES.access)),
            "principals": st.lists(st.sampled_from([OWNER, OTHER, WORKER, ADMIN]), min_size=1, unique=True),
            "organizations": st.just(["o-abcdefghij"]),
            "encryption_context": st.just({"tenant": "blue"}),
            "via_services": st.just(["s3.eu-central-1.amazonaws.com"]),
        },
    ),
    caller=st.sampled_from([OWNER, ADMIN]),
)
def test_no_access_word_locks_anybody_out_given_or_denied(options, caller):
    """The words of `access` are about using a key, so they never trip the lock-out check."""
    for effect in ("Allow", "Deny"):
        wanted = merge_statements(DEFAULT, [statement(effect=effect, **options)])
        assert lost(DEFAULT, wanted, caller) == []
        assert lost(wanted, merge_statements(wanted, [], remove=["Xacctworker"]), caller) == []
