# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Private certificate authorities (AWS Private CA).

AWS takes only policies in the shape that AWS RAM gives them: a statement for reading, another one for issuing, which
names the one template of certificates that may be issued.

Sources: AWS Private CA User Guide, "Resource-based policies" (examples, templates) and "Customer managed permissions in
RAM" (all actions that there are); AWS Private CA API Reference, PutPolicy (81,920 characters), IssueCertificate (the
template when none is named); AWS RAM User Guide, "Shareable AWS resources" (roles and users, any account).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..._policy.language.documents import ascii_lower
from ..._policy.language.principals import Arn, parse_arn
from ..._policy.statements.condition_options import as_list
from ..._policy.statements.grant_entry import scalar_or_list
from ..._policy.statements.grant_sids import part_sid
from ..._policy.statements.service_rules import NEVER, Granted, ServiceRules

_ISSUE = "acm-pca:IssueCertificate"
_REVOKE = "acm-pca:RevokeCertificate"
_READ = (
    "acm-pca:DescribeCertificateAuthority",
    "acm-pca:GetCertificate",
    "acm-pca:GetCertificateAuthorityCertificate",
    "acm-pca:ListPermissions",
    "acm-pca:ListTags",
)
_TEMPLATES = (
    "EndEntityCertificate/V1",
    "EndEntityClientAuthCertificate/V1",
    "EndEntityServerAuthCertificate/V1",
    "BlankEndEntityCertificate_APIPassthrough/V1",
    "BlankEndEntityCertificate_APICSRPassthrough/V1",
    "SubordinateCACertificate_PathLen0/V1",
)
_TEMPLATE = "certificate_template"
_ISSUING = "issue"


def _template(ca: Arn, name: str) -> str:
    return f"arn:{ca.partition}:acm-pca:::template/{name}"


def _issues(grant: Mapping) -> bool:
    return grant.get("access") == "issue" or any(map(_is_issuing, as_list(grant.get("actions", []))))


def _is_issuing(action: object) -> bool:
    return isinstance(action, str) and ascii_lower(action) == ascii_lower(_ISSUE)


class PrivateCa(ServiceRules):
    """Private CAs: what their policies may say."""

    type = "acm_pca"
    title = "private CA"
    service = "acm-pca"
    name = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    name_words = "the ID of a private CA, such as 1234abcd-12ab-34cd-56ef-1234567890ab"
    resource = "certificate-authority/{name}"
    access = {
        "read": Granted(_READ),
        "issue": Granted((_ISSUE, *_READ)),
    }
    limit = 81920
    count = "characters"
    actions = (_ISSUE, *_READ, _REVOKE)
    principals_never = {
        **NEVER,
        "service": "AWS Certificate Manager gets its permission by acm-pca:CreatePermission, other services by none",
    }
    effects = ("Allow",)
    conditions = ("organizations",)
    other_conditions = "AWS Private CA takes policies in the shape of AWS RAM's alone, which has no such condition"
    grant_options = {_TEMPLATE: {"type": "str", "choices": list(_TEMPLATES)}}
    parts = (_ISSUING,)
    invalid_principal = {"InvalidPolicyException": "principal", "InvalidArnException": "principal"}
    passing_codes = ("RequestFailedException",)
    api = ("GetPolicy", "DescribeCertificateAuthority", "PutPolicy", "DeletePolicy")
    to_know = (
        "AWS takes policies in the shape of those of AWS RAM alone: `issue` makes two statements, one for reading and "
        "one for issuing, which names the template of the certificates (`certificate_template`, "
        "`EndEntityCertificate/V1` unless said otherwise). Another template takes another entry.",
        "AWS refuses a policy that lacks a statement which it requires, and does not say which these are; should it "
        "refuse `read` alone, `issue` has both.",
        "What AWS RAM shares is in the same policy. It stays; taking the whole policy away would end its shares, too, "
        "and is done only when nothing but grants of this module was in it.",
        "An organization is one an entry, with `principals: ['*']`.",
    )
    proved = "recorded answers"

    def check(self, grant: Mapping) -> Iterator[str]:
        """Yield what is wrong with an entry on a private CA."""
        if len(as_list(grant.get("organizations", []))) > 1:
            yield "organizations: the policy of a private CA takes one an entry; write an entry for each"
        if "organizations" in grant and as_list(grant.get("principals", [])) != ["*"]:
            yield "organizations: the policy of a private CA takes an organization with principals: ['*'] only"
        if _TEMPLATE in grant and not _issues(grant):
            yield f"{_TEMPLATE}: it is about issuing; write access: issue"

    def split(self, grant: Mapping, statement: dict) -> list[dict]:
        """Return the statement for reading (and revoking) and that for issuing, as far as an entry allows them."""
        ca = parse_arn(as_list(statement["Resource"])[0])
        condition = dict(statement.get("Condition", {}))
        if as_list(grant["principals"]) == ["*"]:
            condition["StringNotEquals"] = {"aws:PrincipalAccount": ca.account_id}
        actions = as_list(statement["Action"])
        reading = [action for action in actions if not _is_issuing(action)]
        found = []
        if reading:
            whole = {**statement, "Action": scalar_or_list(reading)}
            found.append({**whole, "Condition": condition} if condition else whole)
        if len(reading) < len(actions):
            template = _template(ca, grant.get(_TEMPLATE) or _TEMPLATES[0])
            equal = {"acm-pca:TemplateArn": template, **condition.get("StringEquals", {})}
            whole = {**statement, "Sid": part_sid(statement["Sid"], _ISSUING, self.alphabet), "Action": _ISSUE}
            found.append({**whole, "Condition": {**condition, "StringEquals": equal}})
        return found

    def usual_context(self, action: str, ca: Arn) -> dict[str, str]:
        """Return the template of a certificate for which none is named."""
        return {"acm-pca:TemplateArn": _template(ca, _TEMPLATES[0])} if _is_issuing(action) else {}


RULES = PrivateCa()
