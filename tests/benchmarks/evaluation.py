# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many evaluations a second: a typical role trust question, one with its explanation, and long policies.

Run it in the checkout as `PYTHONPATH=.cache/collections python tests/benchmarks/evaluation.py`. It counts processor
time of one core, so that a busy machine does not change the numbers.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.compiled_policies import compile_policy
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.evaluate import evaluate
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.request_principals import request_principal
from ansible_collections.xacct.aws.plugins.module_utils._policy.evaluation.requests import (
    ROLE_TRUST,
    ControlPolicies,
    Level,
    Request,
    ResourcePolicy,
)

WANTED = 20_000
SECONDS = 1.0

ROLE = "arn:aws:iam::111111111111:role/BackupService"
TARGET = "arn:aws:iam::222222222222:role/XacctBackup"


def trust_policy(statements: int) -> dict:
    """Return a trust policy whose last statement is the one that counts."""
    others = [
        {
            "Sid": f"Other{index}",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::333333333333:role/Other{index}"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": f"id-{index}"}},
        }
        for index in range(statements - 1)
    ]
    backup = {
        "Sid": "XacctBackup",
        "Effect": "Allow",
        "Principal": {"AWS": ROLE},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {
            "StringEquals": {"sts:ExternalId": "5f2c9d1e-trust"},
            "Bool": {"aws:MultiFactorAuthPresent": "true"},
        },
    }
    return {"Version": "2012-10-17", "Statement": [*others, backup]}


IDENTITY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::backups/*"},
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": [TARGET, "arn:aws:iam::*:role/Xacct*"]},
    ],
}
FULL_ACCESS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def questions(statements: int = 1, *, guarded: bool = False) -> list[Request]:
    """Return the trust question with the right, a wrong and no external ID."""
    principal = request_principal(
        "arn:aws:sts::111111111111:assumed-role/BackupService/nightly",
        parent_arn=ROLE,
        unique_id="AROAEXAMPLEBACKUP01",
    )
    trust = ResourcePolicy(ROLE_TRUST, compile_policy(trust_policy(statements), "trust policy"))
    full = compile_policy(FULL_ACCESS, "FullAWSAccess")
    scps = ControlPolicies(tuple(Level(name, (full,)) for name in ("root", "unit", "account"))) if guarded else None
    return [
        Request(
            principal,
            "sts:AssumeRole",
            TARGET,
            "222222222222",
            {"sts:ExternalId": external_id, "aws:MultiFactorAuthPresent": "true", "aws:SourceIp": "198.51.100.7"},
            identity_policies=(compile_policy(IDENTITY, "BackupService"),),
            resource_policy=trust,
            service_control_policies=scps,
            permissions_boundary=full if guarded else None,
        )
        for external_id in ("5f2c9d1e-trust", "another", None)
    ]


def per_second(run: Callable[[Request], object], requests: list[Request]) -> float:
    """Return how often ``run`` answers one of ``requests`` in a second of processor time."""
    count = 0
    start = time.process_time()
    while (spent := time.process_time() - start) < SECONDS:
        for _round in range(100):
            for request in requests:
                run(request)
        count += 100 * len(requests)
    return count / spent


def explained(request: Request) -> object:
    """Answer a question and ask for everything that explains the answer."""
    decision = evaluate(request)
    return decision.outcomes, decision.blocked_by, decision.near_misses, decision.unknown_because


def main() -> int:
    """Print the numbers; fail if the typical question is slower than promised."""
    typical = per_second(evaluate, questions())
    print(f"typical role trust question    {typical:>9,.0f} evaluations/s (promised: {WANTED:,})")
    print(f"  with its explanation         {per_second(explained, questions()):>9,.0f} evaluations/s")
    print(f"  with SCPs and a boundary     {per_second(evaluate, questions(guarded=True)):>9,.0f} evaluations/s")
    for statements in (10, 100, 1000):
        found = per_second(evaluate, questions(statements))
        print(f"  {statements:>4} statements of trust     {found:>9,.0f} evaluations/s")
    document = trust_policy(1)
    compiled = per_second(lambda _request: compile_policy(document), questions())
    print(f"policies taken from the cache  {compiled:>9,.0f} policies/s")
    return 0 if typical >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
