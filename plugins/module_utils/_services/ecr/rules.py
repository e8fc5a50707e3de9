# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ECR repositories.

Sources: ECR User Guide, "Private repository policies" and their examples; ECR API Reference, SetRepositoryPolicy;
service authorization reference, "Amazon Elastic Container Registry".
"""

from __future__ import annotations

from collections.abc import Mapping

from ..._policy.language.principals import Arn
from ..._policy.statements.service_rules import Granted, ServiceRules

_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_PUSH = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)
_LOOK = ("ecr:DescribeImages", "ecr:DescribeRepositories", "ecr:ListImages")
_LOGIN = "ecr:GetAuthorizationToken"
_ELSEWHERE = "it is about a registry, not about a repository: allow it in the own policy of who calls"


class Repository(ServiceRules):
    """ECR repositorys: what their policies may say."""

    type = "ecr_repository"
    title = "ECR repository"
    service = "ecr"
    name = r"(?=.{2,256}$)[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*"
    name_words = "2 to 256 of a-z 0-9 . _ - /, each part beginning and ending with a letter or digit"
    resource = "repository/{name}"
    access = {
        "pull": Granted(_PULL),
        "push": Granted(_PUSH),
        "pull_push": Granted(tuple(dict.fromkeys((*_PULL, *_PUSH)))),
        "list": Granted(_LOOK),
    }
    limit = 10240
    not_actions = {
        _LOGIN.lower(): _ELSEWHERE,
        "ecr:createrepository": _ELSEWHERE,
        "ecr:describeregistry": _ELSEWHERE,
        "ecr:putregistrypolicy": _ELSEWHERE,
    }
    invalid_principal = {"InvalidParameterException": "principal"}
    passing_codes = ("ServerException",)
    api = ("GetRepositoryPolicy", "SetRepositoryPolicy", "DeleteRepositoryPolicy")
    to_know = (
        "Statements name no resource, since a policy is about its own repository.",
        "Who pulls or pushes needs `ecr:GetAuthorizationToken` on `*` in an own policy as well.",
        "A policy that would keep its owner out is refused by ECR; it is never forced.",
    )
    proved = "local AWS"

    def named(self, _arn: Arn, _options: Mapping) -> tuple[str, ...]:
        """Return nothing: a repository's policy is about that repository, and its statements name none."""
        return ()


RULES = Repository()
