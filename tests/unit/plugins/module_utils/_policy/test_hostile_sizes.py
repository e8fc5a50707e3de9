# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documents that are made to be slow: ten times what AWS stores, and no reader takes longer for it than it is longer.

Each of these takes well below half a second of processor time where time grows with the length, and ten seconds or more
where it grows with the square of it. So the bound holds on a slow machine as well, and a new square is found.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants.key_access_warning import added_statements
from ansible_collections.xacct.aws.plugins.module_utils._options.declared_grants import DeclaredGrants
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.compiled_policies import compile_policy
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.evaluate import evaluate
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.request_principals import request_principal
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import (
    BUCKET_POLICY,
    Request,
    ResourcePolicy,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.comparison import differences
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import PolicyError, parse_document
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.own_statements import (
    lost_statements,
    merge_statements,
)
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.packing import joined, spread
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.render import readable_policy
from ansible_collections.xacct.aws.plugins.module_utils._services.lambda_function.permissions import merge_permissions

SECONDS = 3.0
LONGEST = 200_000
"""Characters: ten times the policy of a bucket, which is the longest that a stranger can fill."""

STATEMENT = {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "s3:GetObject", "Resource": "*"}


def many(number: int, sid: str = "S", **elements: object) -> dict:
    """Return a document of statements that differ in their Sid and their principal."""
    found = [
        {**STATEMENT, "Sid": f"{sid}{index}", "Principal": {"AWS": f"arn:aws:iam::{index:012d}:role/R"}, **elements}
        for index in range(number)
    ]
    return {"Version": "2012-10-17", "Statement": found}


def asked(**elements: object) -> Callable[[], object]:
    """Return what asks for an object with the longest key under a policy of one statement, explanation included."""
    policy = compile_policy({"Version": "2012-10-17", "Statement": [{**STATEMENT, "Principal": "*", **elements}]})
    request = Request(
        principal=request_principal("arn:aws:iam::111111111111:role/R"),
        action="s3:GetObject",
        resource=f"arn:aws:s3:::bucket/{'a' * 1024}",
        resource_account="111111111111",
        context={"aws:UserAgent": "a" * 1024},
        resource_policy=ResourcePolicy(BUCKET_POLICY, policy),
    )
    return lambda: evaluate(request).near_misses


def patterns(pattern: str) -> list[str]:
    """Return as many patterns, all different, as a document has room for."""
    return [f"arn:aws:s3:::bucket/{pattern}{'?' * (index % 40)}*" for index in range(LONGEST // len(pattern))]


def key_twice(number: int) -> str:
    members = ", ".join(f'"key{index}": 1' for index in range(number))
    return f'{{{members}, "key{number - 1}": 2}}'


def refused(text: str) -> Callable[[], None]:
    def read() -> None:
        with pytest.raises(PolicyError):
            parse_document(text)

    return read


PRESENT = many(1200)
OTHERS = many(1200, Action="s3:PutObject")
OWN = many(1200, "Xacct")
NAMELESS = [{name: value for name, value in each.items() if name != "Sid"} for each in PRESENT["Statement"]]
IDENTITY = [{**STATEMENT, "Sid": f"S{index}", "Resource": f"arn:aws:s3:::b/{index}"} for index in range(1200)]
UNRESOLVED = {"Statement": [{**each, "Principal": {"AWS": f"AROA{i:017d}"}} for i, each in enumerate(NAMELESS)]}
RESOLVED = {"Statement": [{**each, "Principal": {**each["Principal"], "Service": "a.b"}} for each in NAMELESS]}
ELSEWHERE = {
    "Statement": [{**each, "Principal": {**each["Principal"], "Service": "c.d"}} for each in UNRESOLVED["Statement"]]
}
DECLARED = DeclaredGrants(tuple(OWN["Statement"]), frozenset(), False, {})

HOSTILE: dict[str, Callable[[], object]] = {
    "a key twice among 30,000": refused(key_twice(30_000)),
    "a statement with 30,000 conditions, one twice": refused(
        f'{{"Statement": [{{"Condition": {key_twice(30_000)}}}]}}'
    ),
    "all statements still there": lambda: lost_statements(PRESENT, PRESENT, ["XacctA"]),
    "all statements lost": lambda: lost_statements(PRESENT, OTHERS, ["XacctA"]),
    "all own statements lost": lambda: lost_statements(OWN, None, [each["Sid"] for each in OWN["Statement"]]),
    "all principals unresolved": lambda: lost_statements({"Statement": NAMELESS}, UNRESOLVED, ["XacctA"]),
    "unresolved principals of other statements": lambda: lost_statements(RESOLVED, ELSEWHERE, ["XacctA"]),
    "no statement is held yet": lambda: added_statements(DECLARED, PRESENT),
    "all statements changed": lambda: differences(PRESENT, OTHERS),
    "6,000 statements with one Sid changed": lambda: differences(
        many(6_000, Sid="S"), many(6_000, Sid="S", Action="s3:PutObject")
    ),
    "all own statements rewritten": lambda: merge_statements(
        OWN, many(1200, "Xacct", Action="s3:PutObject")["Statement"]
    ),
    "one Sid, shown 6,000 times": lambda: readable_policy(many(6_000, Sid="S")),
    "one grant of 6,000 permissions": lambda: merge_permissions(None, many(6_000, Sid="XacctA")["Statement"]),
    "managed policies joined": lambda: joined([{"Statement": [each]} for each in IDENTITY]),
    "managed policies of statements without Sid": lambda: spread(
        {"Statement": NAMELESS[:400]}, [{"Statement": NAMELESS[:400]}], LONGEST
    ),
    "many single wildcards": asked(Resource=patterns("*" + "?a" * 250 + "b")),
    "nothing but single wildcards": asked(Resource=patterns("*" + "?" * 500 + "b")),
    "many wildcards": asked(Resource=patterns("*a" * 250 + "b")),
    "wildcards in every part": asked(Resource=["*:" * (LONGEST // 2)]),
    "wildcards in an action": asked(Action="*?" * (LONGEST // 2)),
    "wildcards in a condition": asked(Condition={"StringLike": {"aws:UserAgent": patterns("*" + "?a" * 250 + "b")}}),
    "variables that are not closed": asked(Resource=["arn:aws:s3:::bucket/" + "${a, '" * (LONGEST // 6)]),
    "variables without end": asked(Resource=["arn:aws:s3:::bucket/" + "${aws:username}?" * (LONGEST // 16)]),
    "a long number": asked(Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": "1" * LONGEST}}),
    "a long network": asked(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/" + "1" * LONGEST}}),
}


@pytest.mark.parametrize("read", HOSTILE.values(), ids=HOSTILE)
def test_time_grows_with_the_length(read):
    began = time.process_time()
    read()
    assert time.process_time() - began < SECONDS
