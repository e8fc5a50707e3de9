# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One declared grant being read: what the policies of resources and of identities have in common.

What is on offer (access, prefixes …) differs from kind to kind; who, under which conditions and by which name does not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from ..language.documents import PolicyError
from ..language.principals import Principal, declared_principals, principal_element
from .condition_options import ConditionOptions, Piece, as_list, condition_pieces, each_text, merged_pieces
from .public_access import why_public

LONGEST_NAME = 128
NOTHING_REFUSED: Mapping[str, str] = MappingProxyType({})


class GrantEntry:
    """One entry being read: what it says as far as it is right, and all that is wrong with it (``errors``)."""

    source_organizations = "write a condition on aws:SourceOrgID"
    """How to name the organization of the resource that a service acts for."""

    def __init__(self, grant: Mapping) -> None:
        """Read the name; a subclass reads the rest, in the order in which it wants the errors."""
        self.errors: list[str] = []
        self.grant = {key: value for key, value in grant.items() if value is not None}
        self.allows = self.grant.get("effect", "Allow") == "Allow"
        self.name = self._name()
        self.principals: list[Principal] = []
        self.pieces: list[Piece] = []

    def statement(
        self,
        sid: str,
        actions: tuple[str, ...] | list[str],
        resources: tuple[str, ...] | list[str],
        pieces: list[Piece],
        partition: str,
    ) -> dict:
        """Return the entry as a statement on ``resources``, without what there is none of.

        ``partition`` is where a bare account ID is.
        """
        statement = {
            "Sid": sid,
            "Effect": self.grant.get("effect", "Allow"),
            **({"Principal": principal_element(self.principals, partition)} if self.principals else {}),
            "Action": scalar_or_list(actions),
            **({"Resource": scalar_or_list(resources)} if resources else {}),
        }
        condition = merged_pieces(pieces)[0]
        return {**statement, "Condition": condition} if condition else statement

    def raise_errors(self) -> None:
        """Raise :class:`PolicyError` with all that is wrong, if anything is."""
        if self.errors:
            raise PolicyError("; ".join(f"{self.name or 'grant'}: {error}" for error in self.errors))

    def check_options(
        self,
        options: Collection[str],
        effects: Collection[str] = ("Allow", "Deny"),
        refused: Mapping[str, str] = NOTHING_REFUSED,
    ) -> None:
        """Refuse options that there are not, and effects that the policy has not.

        ``refused`` says of options that other kinds of policies have why this one has not.
        """
        for option in self.grant:
            if option in refused:
                self.errors.append(f"{option}: {refused[option]}")
            elif option not in options:
                self.errors.append(f"{option} is not an option of a grant ({', '.join(options)})")
        if self.grant.get("effect", "Allow") not in effects:
            self.errors.append(f"effect: {' or '.join(effects)}, not {self.grant['effect']!r}")

    def read_principals(self, never: Mapping[str, str]) -> None:
        """Keep the principals; ``never`` says, by kind, why this sort of policy takes no such principal."""
        given = as_list(self.grant.get("principals", []))
        self.principals, errors = declared_principals(given, never)
        self.errors.extend(f"principals: {error}" for error in errors)
        kinds = {principal.kind for principal in self.principals}
        if not given:
            self.errors.append(f"principals is empty: say who {'gets' if self.allows else 'is denied'} access")
        if "anyone" in kinds and len(self.principals) > 1:
            self.errors.append("principals: '*' is everyone already; take the others out")
        if "service" in kinds and "organizations" in self.grant:
            self.errors.append(
                f"organizations: an AWS service belongs to none, so this never matches; {self.source_organizations}, "
                "the organization of the resource that the service acts for"
            )

    def read_conditions(self, options: ConditionOptions) -> list[Piece]:
        """Return the lines of the Condition block."""
        pieces, errors = condition_pieces(self.grant, options)
        self.errors.extend(errors)
        return pieces

    def check_conditions(self) -> None:
        """Refuse conditions that never match, and such as do the opposite of what is meant."""
        if "source_ips" in self.grant and "source_vpces" in self.grant:
            self.errors.append(
                "source_vpces: a request through a VPC endpoint has no public address, so it never matches together "
                "with source_ips; write two entries"
            )
        if self.grant.get("require_tls") and not self.allows:
            self.errors.append(
                "require_tls: a Deny that requires TLS denies those who use it; write "
                "conditions: {Bool: {aws:SecureTransport: false}}"
            )

    def check_public(self, statements: Iterable[Mapping], noun: str) -> None:
        """Refuse statements that are public by AWS's definition."""
        for statement in statements:
            reason = why_public(statement)
            if reason:
                self.errors.append(
                    f"principals: {reason}, which makes the {noun} public; add organizations, source_vpces, "
                    "source_ips, or a condition on aws:PrincipalAccount or aws:PrincipalArn, or set allow_public: true"
                )
                return

    def _name(self) -> str:
        name = self.grant.get("name")
        if not isinstance(name, str) or not name.strip():
            self.errors.append(f"name must be a non-empty string, not {name!r}")
            return ""
        if len(name) > LONGEST_NAME or not name.isprintable():
            self.errors.append(f"name: at most {LONGEST_NAME} characters that can be printed")
        return name


def errors_of(readings: Iterable[GrantEntry]) -> list[str]:
    """Return everything that is wrong with a list of entries, each error with the name of its entry in front."""
    errors: list[str] = []
    names: dict[str, int] = {}
    for index, reading in enumerate(readings):
        label = reading.name or f"grants[{index}]"
        errors.extend(f"{label}: {error}" for error in reading.errors)
        if reading.name:
            names[reading.name] = names.get(reading.name, 0) + 1
            if names[reading.name] == 2:
                errors.append(f"{label}: two entries have this name; give each its own")
    return errors


def vpc_endpoints(value: object) -> list[str]:
    """Return IDs of VPC endpoints (aws:SourceVpce)."""
    return each_text(value, r"vpce-[0-9a-f]{8,17}", "a VPC endpoint's ID, such as vpce-0123456789abcdef0")


def tls(value: object) -> list[str]:
    """Return what aws:SecureTransport has to be; nothing when TLS is not asked for."""
    if not isinstance(value, bool):
        raise PolicyError(f"true or false, not {value!r}")
    return ["true"] if value else []


def scalar_or_list(values: tuple[str, ...] | list[str]) -> str | list[str]:
    """Return one value as a scalar, several as a list, as AWS shows them."""
    return values[0] if len(values) == 1 else list(values)
