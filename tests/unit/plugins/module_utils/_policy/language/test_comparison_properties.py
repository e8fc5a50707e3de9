# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Property tests of the comparison: equal under every allowed rewriting, different after every meaningful change."""

from __future__ import annotations

import copy
import json
import random

from ansible_collections.xacct.aws.plugins.module_utils._policy.language.comparison import (
    canonical_document,
    differences,
    policies_equal,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import compact_json, parse_document
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.render import readable_policy
from ansible_collections.xacct.aws.tests.unit.plugins.module_utils._policy.strategies import (
    changes,
    policies,
    rewrite,
    rewritten,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

few = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
many = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@many
@given(st.data())
def test_every_allowed_rewriting_is_equal(data):
    policy = data.draw(policies())
    left, right = data.draw(rewritten(policy)), data.draw(rewritten(policy))
    assert policies_equal(left, right)
    assert policies_equal(policy, right)
    assert differences(left, right) == []


@few
@given(policies(), st.integers(0, 2), st.integers(0, 2**32))
def test_every_meaningful_change_is_different(policy, index, seed):
    dice = random.Random(seed)
    for name, other in changes(policy, index % len(policy["Statement"])):
        before, after = rewrite(policy, dice), rewrite(other, dice)
        assert not policies_equal(before, after), name
        assert not policies_equal(after, before), name
        assert differences(before, after), name


@few
@given(policies())
def test_comparing_changes_neither_side(policy):
    left, right = copy.deepcopy(policy), copy.deepcopy(policy)
    policies_equal(left, right)
    differences(left, right)
    readable_policy(left)
    assert json.dumps(left) == json.dumps(policy)
    assert json.dumps(right) == json.dumps(policy)


@few
@given(st.data())
def test_written_and_read_again_is_the_same(data):
    policy = data.draw(policies())
    assert parse_document(compact_json(policy)) == policy
    assert compact_json(parse_document(compact_json(policy))) == compact_json(policy)
    assert policies_equal(policy, compact_json(policy))


@few
@given(st.data())
def test_differences_turn_the_left_into_the_right(data):
    left, right = data.draw(policies()), data.draw(policies())
    found = differences(left, right)
    assert (found == []) == policies_equal(left, right)
    own = [difference for difference in found if difference.sid is None]
    result = dict(own[0].after if own else {name: left[name] for name in left if name != "Statement"})
    result["Statement"] = list(left["Statement"])
    for difference in found:
        if difference.sid is not None and difference.before is not None:
            result["Statement"].remove(difference.before)
        if difference.sid is not None and difference.after is not None:
            result["Statement"].append(difference.after)
    assert policies_equal(result, right)


@few
@given(st.data())
def test_canonical_documents_are_the_same_for_equal_documents_of_a_known_partition(data):
    policy = data.draw(policies())
    known = {
        "Sid": "known",
        "Action": ["*"],
        "Principal": {"AWS": [f"arn:{_partition(policy)}:iam::444444444444:user/known"]},
    }
    named = {**policy, "Statement": [*policy["Statement"], known]}
    left, right = data.draw(rewritten(named)), data.draw(rewritten(named))
    assert canonical_document(left) == canonical_document(right)
    assert hash(canonical_document(left)) == hash(canonical_document(right))


def _partition(policy):
    text = json.dumps([statement.get("Principal", statement.get("NotPrincipal")) for statement in policy["Statement"]])
    return next((name for name in ("aws-cn", "aws-us-gov") if f"arn:{name}:" in text), "aws")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=10,
)
elements = st.sampled_from(
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "Resource", "Condition", "Other"],
)


@many
@given(st.dictionaries(elements, json_values, max_size=4), st.dictionaries(elements, json_values, max_size=4))
def test_anything_compares_or_is_refused_with_a_value_error(left, right):
    for one, other in ((left, right), (left, left)):
        try:
            equal = policies_equal({"Statement": [one]}, {"Statement": other})
        except ValueError:
            continue
        assert equal == policies_equal({"Statement": other}, {"Statement": [one]})
        assert equal or one is not other
