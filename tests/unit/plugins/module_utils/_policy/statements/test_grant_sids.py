# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One scheme of Sids for grants of several statements, which finds again what earlier versions wrote."""

from __future__ import annotations

import pytest
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.comparison import policies_equal, sid_of
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.documents import statements
from ansible_collections.xacct.aws.plugins.module_utils._policy.language.principals import parse_arn
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.resource import resource_statement
from ansible_collections.xacct.aws.plugins.module_utils._policy.statements.service_rules import ServiceRules
from ansible_collections.xacct.aws.plugins.module_utils._services.rules_registry import EVERY, SERVICES
from ansible_collections.xacct.aws.plugins.module_utils._services.s3_bucket.rules import RULES as BUCKET
from ansible_collections.xacct.aws.plugins.module_utils._services.s3_bucket.rules import bucket_statements
from hypothesis import given, settings
from hypothesis import strategies as st

FUNCTION = "arn:aws:lambda:eu-central-1:111111111111:function:worker"
CA = "arn:aws:acm-pca:eu-central-1:111111111111:certificate-authority/1234abcd-12ab-34cd-56ef-1234567890ab"
FOREIGN = {"Sid": "Theirs", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "x:y", "Resource": "*"}
OTHER = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:root"}}


def entry(**options: object) -> dict:
    return {"name": "team", "principals": ["222222222222"], **options}


def of_resource(rules: ServiceRules, arn: str):
    def written(grant: dict) -> list[dict]:
        return rules.split(grant, resource_statement(grant, rules, parse_arn(arn)))

    return written


WRITTEN = [
    (
        BUCKET,
        lambda grant: bucket_statements(grant, "data"),
        [
            {**OTHER, "Sid": "Xacctteam", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"},
            {**OTHER, "Sid": "Xacctteam/bucket", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::data"},
        ],
        {"actions": ["s3:GetObject", "s3:ListBucket"]},
        {"actions": ["s3:ListBucket"]},
    ),
    (
        SERVICES["acm_pca"],
        of_resource(SERVICES["acm_pca"], CA),
        [
            {**OTHER, "Sid": "Xacctteam", "Action": "acm-pca:GetCertificate", "Resource": CA},
            {
                **OTHER,
                "Sid": "Xacctteam-issue",
                "Action": "acm-pca:IssueCertificate",
                "Resource": CA,
                "Condition": {
                    "StringEquals": {"acm-pca:TemplateArn": "arn:aws:acm-pca:::template/EndEntityCertificate/V1"}
                },
            },
        ],
        {"actions": ["acm-pca:GetCertificate", "acm-pca:IssueCertificate"]},
        {"actions": ["acm-pca:IssueCertificate"]},
    ),
    (
        SERVICES["lambda_function"],
        of_resource(SERVICES["lambda_function"], FUNCTION),
        [
            {**OTHER, "Sid": "Xacctteam_2", "Action": "lambda:InvokeFunction", "Resource": FUNCTION},
            {**OTHER, "Sid": "Xacctteam_7", "Action": "lambda:GetFunction", "Resource": FUNCTION},
        ],
        {"actions": ["lambda:InvokeFunction", "lambda:GetFunction"]},
        {"actions": ["lambda:GetFunction"]},
    ),
]
"""What version 0.1.0 wrote, what was declared for it, and what is declared now."""


@pytest.mark.parametrize(
    ("rules", "statements_of", "stored", "same", "less"), WRITTEN, ids=[each[0].type for each in WRITTEN]
)
def test_what_was_written_before_is_found_again(rules, statements_of, stored, same, less) -> None:
    policy = {"Version": "2012-10-17", "Statement": [*stored[:1], FOREIGN, *stored[1:]]}
    assert {rules.grant_sid(sid_of(each)) for each in stored} == {"Xacctteam"}
    assert rules.grant_sid("Theirs") == "Theirs"

    def merged(document: dict | None, wanted: list[dict]) -> dict:
        gone = set(rules.sids("team")) - {sid_of(each) for each in wanted}
        return rules.merge(document, wanted, remove=gone)

    assert merged(policy, statements_of(entry(**same))) == policy
    wanted = statements_of(entry(**less))
    narrowed = merged(policy, wanted)
    assert policies_equal(narrowed, {**policy, "Statement": [FOREIGN, stored[1]]})
    assert merged(narrowed, wanted) == narrowed
    restored = merged(narrowed, statements_of(entry(**same)))
    mine = [each for each in statements(restored) if each != FOREIGN]
    assert sorted(str(each["Action"]) for each in mine) == sorted(str(each["Action"]) for each in stored)
    assert statements(rules.merge(restored, [], purge="own")) == [FOREIGN]
    assert statements(merged(policy, [])) == [FOREIGN]


NAMES = st.one_of(
    st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=130),
    st.text("aX_2-/bucketissue", min_size=1, max_size=12),
    st.sampled_from(("a", "a/bucket", "a-issue", "a_2", "/bucket", "aX0123456789", "aX0123456789/bucket", "ä_3")),
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(EVERY), st.lists(NAMES, min_size=2, max_size=6, unique=True))
def test_a_sid_says_whose_grant_it_is(rules, names) -> None:
    found = [rules.sids(name) for name in names]
    assert len({sid for sids in found for sid in sids}) == sum(map(len, found))
    for first, *others in found:
        assert rules.grant_sid(first) == first
        assert {rules.grant_sid(each) for each in others} <= {first}
