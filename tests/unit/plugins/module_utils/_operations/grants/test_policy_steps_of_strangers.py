# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writing into a policy that a stranger made: theirs stays as it is, or nothing is written at all."""

from __future__ import annotations

from ansible_collections.xacct.aws.plugins.module_utils._operations.grants.policy_steps import decide
from ansible_collections.xacct.aws.plugins.module_utils._operations.writing.shared_policy import Timing, converge_policy
from ansible_collections.xacct.aws.plugins.module_utils._options.declared_grants import DeclaredGrants
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.comparison import differences, sid_of
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import (
    PolicyError,
    compact_json,
    parse_document,
    statements,
    stored_document,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.sizes import check_size
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.packing import joined, spread
from ansible_collections.xacct.aws.plugins.module_utils._services.sns.rules import RULES
from hypothesis import HealthCheck, example, given, settings

from tests.unit.plugins.module_utils._policy import strangers

OWN = {"Sid": "XacctA", "Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "s3:*", "Resource": "*"}
GRANTS = DeclaredGrants((OWN,), frozenset({"XacctB"}), False, {"XacctA": "a", "XacctB": "b"})
AT_ONCE = Timing(sleep=lambda _seconds: None, clock=lambda: 0.0, uniform=lambda least, _most: least)


class Stored:
    """A policy that is kept as text, as AWS keeps it."""

    label, returned_as, rules = "policy of bucket data", "policy", RULES

    def __init__(self, text: str) -> None:
        self.text = text
        self.writes = 0

    def read(self) -> dict | None:
        return stored_document(self.text, self.label)

    def write(self, document: dict | None) -> None:
        self.text = compact_json(document) if document else ""
        self.writes += 1

    def check_size(self, document: dict | None) -> None:
        check_size(document, 1_000_000, "bytes", self.label)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(strangers.texts())
@example('{"Statement": [{"Sid": "XacctA", "Principal": {"AWS": [1]}}]}')
@example('{"Statement": [{"Sid": "Theirs", "Effect": "Allow", "Condition": ["x"]}]}')
@example('{"Statement": [{"Sid": "Theirs", "Effect": "Allow", "Principal": 7}]}')
def test_a_grant_in_a_strangers_policy(text):
    stored = Stored(text)
    try:
        decide(stored, GRANTS, stored.read(), GRANTS.merge(stored.read()))
        found = converge_policy(stored, GRANTS.merge, GRANTS.own_sids, timing=AT_ONCE)
    except PolicyError as error:
        assert str(error)
        assert (stored.text, stored.writes) == (text, 0)
        return
    before, after = parse_document(text), stored.read()
    assert stored.writes == found.writes <= 1
    assert foreign(after) == foreign(before)
    assert [each for each in statements(after) if sid_of(each) == "XacctA"]
    assert not [each for each in statements(after) if sid_of(each) == "XacctB"]
    assert converge_policy(stored, GRANTS.merge, GRANTS.own_sids, timing=AT_ONCE).writes == 0


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(strangers.texts(), strangers.texts())
def test_a_grant_that_is_spread_over_managed_policies(one, two):
    """Somebody edited our managed policies: what is in them is found again, wherever it is put."""
    try:
        present = [document for text in (one, two) if (document := parse_document(text))]
        before = joined(present)
        spread_out = spread(before, present, 1_000_000)
    except PolicyError as error:
        assert str(error)
        return
    after = joined([document for document in spread_out if document])
    assert statements(after) or not statements(before)
    assert not differences(before, after)


def foreign(document: dict | None) -> list[dict]:
    """Return the statements of others, without what is null and so not there."""
    others = [each for each in statements(document) if sid_of(each) not in GRANTS.own_sids]
    return [{name: value for name, value in each.items() if value is not None} for each in others]
