# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options with the defaults of their module."""

from __future__ import annotations

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.xacct.aws.plugins.module_utils._options import acls, bucket_grant, identity_grant, role
from ansible_collections.xacct.aws.plugins.module_utils._options.module_options import with_defaults

OPTIONS = {
    "role": (role.ARGUMENT_SPEC, {"name": "R", "trusted": [{"name": "a", "principals": ["111111111111"]}]}),
    "bucket": (bucket_grant.ARGUMENT_SPEC, {"bucket": "b", "grants": [{"name": "a", "state": "absent"}]}),
    "identity": (identity_grant.ARGUMENT_SPEC, {"principal": "role/R", "grants": [{"name": "a"}]}),
    "no list": (identity_grant.ARGUMENT_SPEC, {"principal": "role/R"}),
    "ACL": (acls.BUCKET_ACL_ARGUMENTS, {"bucket": "b", "grants": [{"permission": "READ", "account_id": "1" * 12}]}),
}


@pytest.mark.parametrize("title", OPTIONS)
def test_the_defaults_are_those_that_ansible_fills_in(title):
    spec, options = OPTIONS[title]
    assert with_defaults(options, spec) == ArgumentSpecValidator(spec).validate(options).validated_parameters
