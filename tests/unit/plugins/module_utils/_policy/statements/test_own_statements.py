# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Own statements by name: Sids, merging, and noticing a loss."""

from __future__ import annotations

import copy
import json
import re

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.comparison import policies_equal, sid_of
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import (
    PolicyError,
    parse_document,
    statements,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.own_statements import (
    Lost,
    SidAlphabet,
    is_own_sid,
    lost_statements,
    merge_statements,
    own_sid,
)
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._policy.strategies import policies, rewritten
from hypothesis import given, settings
from hypothesis import strategies as st

few = settings(max_examples=80, deadline=None)
A, B = "111111111111", "222222222222"
ROLE = f"arn:aws:iam::{A}:role/Role"
UNIQUE_ID = "AROAEXAMPLE1234567890"


def statement(sid, **elements):
    return {"Sid": sid, "Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "sts:AssumeRole", **elements}


def policy(*found, version="2012-10-17"):
    return {"Version": version, "Statement": list(found)}


OURS, OTHER_OF_OURS = statement("Xacctbackup"), statement("Xacctother", Action="sts:TagSession")
FOREIGN = {"Effect": "Deny", "Principal": "*", "Action": ["STS:ASSUMEROLE"], "Condition": {"Bool": {"a": True}}}
NAMED = statement("Somebody", Principal=[A])


@pytest.mark.parametrize(
    ("name", "alphabet", "sid"),
    [
        ("backup", SidAlphabet.IAM, "Xacctbackup"),
        ("Backup2", SidAlphabet.IAM, "XacctBackup2"),
        ("my-backup", SidAlphabet.LAMBDA, "Xacctmy-backup"),
        ("my-backup_2", SidAlphabet.LAMBDA, r"Xacctmy-backup2X[0-9a-f]{10}"),
        ("my backup!", SidAlphabet.FREE, "Xacctmy backup!"),
        ("my-backup_x", SidAlphabet.IAM, r"XacctmyBackupXX[0-9a-f]{10}"),
        ("my backup", SidAlphabet.LAMBDA, r"XacctmyBackupX[0-9a-f]{10}"),
        ("---", SidAlphabet.IAM, r"XacctX[0-9a-f]{10}"),
        ("zürich", SidAlphabet.FREE, r"XacctzRichX[0-9a-f]{10}"),
        ("a" * 59, SidAlphabet.IAM, "Xacct" + "a" * 59),
        ("a" * 60, SidAlphabet.IAM, r"Xacct" + "a" * 48 + "X[0-9a-f]{10}"),
        ("nameX0123456789", SidAlphabet.IAM, r"XacctnameX0123456789X[0-9a-f]{10}"),
    ],
)
def test_own_sid(name, alphabet, sid):
    assert re.fullmatch(sid.replace("!", "\\!"), own_sid(name, alphabet))
    assert own_sid(name, alphabet) == own_sid(name, alphabet)


def test_a_name_cannot_pose_as_a_bent_one():
    bent = own_sid("my-backup", SidAlphabet.IAM)
    assert own_sid(bent.removeprefix("Xacct"), SidAlphabet.IAM) != bent


@pytest.mark.parametrize("name", ["", None, 5, ["x"]])
def test_own_sid_wants_a_name(name):
    with pytest.raises(PolicyError, match="name"):
        own_sid(name, SidAlphabet.IAM)


names = st.text(min_size=1, max_size=80) | st.from_regex(r"[a-cA-C_ -]{1,4}(X[0-9a-f]{10})?", fullmatch=True)


@few
@given(st.sets(names, min_size=2, max_size=20), st.sampled_from(SidAlphabet))
def test_two_names_never_share_a_sid(several, alphabet):
    sids = {own_sid(name, alphabet) for name in several}
    assert len(sids) == len(several)
    for sid in sids:
        assert is_own_sid(sid)
        assert len(sid) <= alphabet.max_length
        assert re.fullmatch(f"{alphabet.allowed}+", sid)
        assert own_sid(sid.removeprefix("Xacct"), alphabet) not in sids - {sid}


def test_is_own_sid():
    assert not any(is_own_sid(sid) for sid in (None, "", "Xacct", "xacctbackup", "backup", 5))


def test_merge_into_nothing():
    assert merge_statements(None, [OURS]) == policy(OURS)
    assert merge_statements("", [OURS], version="2008-10-17") == policy(OURS, version="2008-10-17")
    assert merge_statements(None, []) is None
    assert merge_statements({}, [], remove=["x"]) is None


def test_merge_appends_replaces_in_place_and_keeps_foreign():
    stored = policy(FOREIGN, OURS, NAMED)
    changed = statement("Xacctbackup", Action="sts:TagSession")
    assert merge_statements(stored, [OTHER_OF_OURS, changed]) == policy(FOREIGN, changed, NAMED, OTHER_OF_OURS)


def test_merge_keeps_the_stored_spelling_of_what_is_equal():
    respelled = {**OURS, "Action": ["STS:AssumeRole"], "Condition": {}}
    assert merge_statements(policy(respelled, FOREIGN), [OURS]) == policy(respelled, FOREIGN)
    single = {"Version": "2012-10-17", "Statement": respelled}
    assert merge_statements(single, [OURS]) == single
    assert merge_statements(json.dumps(single), [OURS]) == single


def test_merge_removes_and_purges():
    stored = policy(FOREIGN, OURS, OTHER_OF_OURS, NAMED)
    assert merge_statements(stored, [], remove=["Xacctbackup", "absent"]) == policy(FOREIGN, OTHER_OF_OURS, NAMED)
    assert merge_statements(stored, [OURS], purge="own") == policy(FOREIGN, OURS, NAMED)
    assert merge_statements(stored, [OURS], purge="all") == policy(OURS)
    assert merge_statements(stored, [], purge="all") is None
    assert merge_statements(policy(OURS), [], remove=["Xacctbackup"]) is None


def test_merge_leaves_one_statement_a_sid():
    assert merge_statements(policy(OURS, FOREIGN, {**OURS, "Action": "a:B"}), [OURS]) == policy(OURS, FOREIGN)


def test_merge_heals_a_dead_principal():
    dead = {**OURS, "Principal": {"AWS": UNIQUE_ID}}
    assert merge_statements(policy(dead), [OURS]) == policy(OURS)


@pytest.mark.parametrize(
    ("wanted", "remove", "says"),
    [
        ([{"Effect": "Allow"}], (), "no Sid"),
        ([statement("")], (), "no Sid"),
        ([OURS, OURS], (), "two statements to merge have the Sid Xacctbackup"),
        ([OURS], ["Xacctbackup"], "wanted and removed at once: Xacctbackup"),
    ],
)
def test_merge_refuses(wanted, remove, says):
    with pytest.raises(PolicyError, match=says):
        merge_statements(policy(FOREIGN), wanted, remove)


VARIABLE = statement("Xacctvariable", Resource="arn:aws:s3:::b/${aws:username}/*")


@pytest.mark.parametrize("version", ["2008-10-17", None])
def test_an_old_version_is_never_raised_under_other_statements(version):
    stored = {"Statement": [FOREIGN]} if version is None else policy(FOREIGN, version=version)
    assert merge_statements(stored, [OURS]).get("Version") == version
    for purge in ("none", "own"):
        with pytest.raises(PolicyError, match=r"Xacctvariable uses a policy variable.*2008-10-17"):
            merge_statements(stored, [VARIABLE], purge=purge)
    assert merge_statements(stored, [VARIABLE], purge="all") == policy(VARIABLE)


def test_a_variable_in_a_current_document():
    assert merge_statements(policy(FOREIGN), [VARIABLE]) == policy(FOREIGN, VARIABLE)


own_policies = policies(own=True)
wanted_lists = st.lists(st.sampled_from(("Xacct0", "Xacct1", "Xacctnew")), unique=True, max_size=3).map(
    lambda sids: [statement(sid) for sid in sids]
)


@few
@given(st.none() | own_policies, wanted_lists, st.sampled_from(("none", "own", "all")))
def test_merging_twice_is_merging_once(document, wanted, purge):
    before = copy.deepcopy((document, wanted))
    once = merge_statements(document, wanted, purge=purge)
    assert merge_statements(once, wanted, purge=purge) == once
    assert (document, wanted) == before
    found = {sid_of(each): each for each in statements(once)}
    assert all(policies_equal(policy(found[each["Sid"]]), policy(each)) for each in wanted)


@few
@given(own_policies.flatmap(rewritten), wanted_lists, st.sampled_from(("none", "own")), st.integers(0, 3))
def test_foreign_statements_survive_in_order_and_content(document, wanted, purge, position):
    stored = parse_document(document)
    stored["Statement"] = list(statements(stored))
    stored["Statement"].insert(position, FOREIGN)
    merged = merge_statements(stored, wanted, remove=["Xacct2"], purge=purge)
    assert _foreign(merged) == _foreign(stored)
    assert {**merged, "Statement": []} == {**stored, "Statement": []}


def _foreign(document):
    return [each for each in statements(document) if not is_own_sid(sid_of(each))]


@few
@given(st.none() | policies(), wanted_lists)
def test_removing_undoes_adding(document, wanted):
    added = merge_statements(document, wanted)
    assert merge_statements(added, [], remove=[each["Sid"] for each in wanted]) == document


def test_nothing_lost():
    written = policy(FOREIGN, OURS)
    assert lost_statements(written, written, ["Xacctbackup"]) == Lost([], [])
    assert not lost_statements(written, policy(OURS, NAMED, {**FOREIGN, "Sid": ""}), ["Xacctbackup"])
    assert not lost_statements(None, None, ["Xacctbackup"])
    assert not lost_statements(None, policy(NAMED), ["Xacctbackup"])


def test_lost():
    written = policy(FOREIGN, OURS, NAMED)
    own = ["Xacctbackup", "Xacctother"]
    assert lost_statements(written, None, own) == Lost(["Xacctbackup"], [FOREIGN, NAMED])
    assert lost_statements(written, policy(OURS, FOREIGN), iter(own)) == Lost([], [NAMED])
    assert lost_statements(written, policy(FOREIGN, NAMED, {**OURS, "Action": "a:B"}), own) == Lost(["Xacctbackup"], [])
    assert lost_statements(written, policy(*written["Statement"], OTHER_OF_OURS), own) == Lost(["Xacctother"], [])
    assert lost_statements(None, policy(OURS), ["Xacctbackup"]) == Lost(["Xacctbackup"], [])
    assert lost_statements(written, policy(OURS), own)


@pytest.mark.parametrize(
    ("shown", "lost"),
    [
        ({"AWS": [UNIQUE_ID, B]}, False),
        ({"AWS": [ROLE, B]}, False),
        ({"AWS": UNIQUE_ID}, True),
        ({"AWS": B}, True),
        ({"AWS": [UNIQUE_ID, "AIDAEXAMPLE1234567890", "AIDAEXAMPLE1234567891"]}, True),
        ({"AWS": [UNIQUE_ID, B, A]}, True),
        ({"AWS": [UNIQUE_ID, B], "Service": "x.amazonaws.com"}, True),
    ],
)
def test_a_principal_shown_as_its_unique_id_is_not_lost(shown, lost):
    """Right after a write AWS may show the id of a principal that it has just resolved."""
    written = policy(statement("Xacctbackup", Principal={"AWS": [ROLE, B]}))
    current = policy(statement("Xacctbackup", Principal=shown))
    assert bool(lost_statements(written, current, ["Xacctbackup"])) is lost
    assert bool(lost_statements(written, current, [])) is lost


def test_a_service_does_not_turn_into_a_unique_id():
    written = policy(statement("Xacctbackup", Principal={"AWS": ROLE, "Service": "ec2.amazonaws.com"}))
    current = policy(statement("Xacctbackup", Principal={"AWS": [ROLE, UNIQUE_ID]}))
    assert lost_statements(written, current, ["Xacctbackup"]).own == ["Xacctbackup"]
