# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation of the connections besides the task's own: all of their options, and no reference astray."""

import re

import pytest
import yaml
from ansible_collections.xacct.aws.plugins.doc_fragments.other_connections import ModuleDocFragment
from ansible_collections.xacct.aws.plugins.module_utils._operations.access_check import access_check
from ansible_collections.xacct.aws.plugins.module_utils._operations.verify import verify

FRAGMENTS = [
    (access_check, "resource_connection", ModuleDocFragment.RESOURCE),
    (access_check, "organization_connection", ModuleDocFragment.ORGANIZATION),
    (access_check, "principal_connection", ModuleDocFragment.PRINCIPAL),
    (verify, "principals", ModuleDocFragment.PRINCIPALS),
    (verify, "connections", ModuleDocFragment.CONNECTIONS),
    (verify, "organization_connection", ModuleDocFragment.ORGANIZATION),
]
cases = pytest.mark.parametrize(("module", "option", "fragment"), FRAGMENTS)


def shape(options: dict, below: str) -> dict:
    """What an argument spec and its documentation have to agree on."""
    return {
        name: (
            spec["type"],
            spec.get("elements"),
            spec.get("aliases"),
            spec.get("required"),
            spec.get("default"),
            shape(spec[below], below) if below in spec else None,
        )
        for name, spec in options.items()
    }


def texts(options: dict) -> list[str]:
    """All descriptions."""
    found = []
    for option in options.values():
        said = option["description"]
        found += [said] if isinstance(said, str) else said
        found += texts(option.get("suboptions", {}))
    return found


@cases
def test_everything_that_the_module_takes_is_documented_as_it_takes_it(module, option, fragment):
    documented = yaml.safe_load(fragment)["options"][option]["suboptions"]
    taken = module.OPERATION.argument_spec[option]["options"]
    assert shape(documented, "suboptions") == shape(taken, "options")


@cases
def test_a_text_refers_to_options_of_the_same_connection(module, option, fragment):
    for text in texts(yaml.safe_load(fragment)["options"][option]["suboptions"]):
        for reference in re.findall(r"O\(([\w.\[\]]+)", text):
            assert reference.split("[")[0].split(".")[0] == option, text
