# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The proofs of a run as JUnit XML, which CI systems show as tests.

A trust is a suite, an expectation a case; its class name is the trust and the account that trusts. Broken is a failure,
what is not proved is skipped. What the policies alone show passes, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from ..._advice.sentences import explained
from ..._border.texts import own_lines
from ..._expectations.proof_outcome import BROKEN, EVALUATED, NOT_PROVED

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may have, escaped or not (https://www.w3.org/TR/xml/#charsets)."""


def junit(report: Mapping) -> str:
    """Return the JUnit XML of a report (see ``report.py``). An account that failed is a case that failed, too."""
    suites: dict[str, list[ElementTree.Element]] = {}
    for proof in report["proofs"]:
        suites.setdefault(proof["trust"], []).append(_case(proof))
    for failure in report["failed"]:
        case = ElementTree.Element("testcase", classname=_clean(failure["host"]), name=_clean(failure["what"]))
        ElementTree.SubElement(case, "error", message=_clean(failure["msg"])).text = _clean(failure["msg"])
        suites.setdefault("accounts", []).append(case)
    everything = [case for cases in suites.values() for case in cases]
    root = ElementTree.Element("testsuites", {"name": "xacct.aws", **_counts(everything)})
    for name, cases in suites.items():
        ElementTree.SubElement(root, "testsuite", {"name": _clean(name), **_counts(cases)}).extend(cases)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(proof: Mapping) -> ElementTree.Element:
    trust, host = proof["trust"], proof["trusting"]
    name = proof["id"].removeprefix(f"{trust}/{host}/")
    case = ElementTree.Element("testcase", classname=_clean(f"{trust}.{host}"), name=_clean(name))
    said = _clean(proof["said"])
    if proof["outcome"] == BROKEN:
        lines = [proof["why"], proof["said"], *explained(proof.get("evaluation"))]
        text = "\n".join(map(_clean, lines))
        ElementTree.SubElement(case, "failure", type=proof["expect"], message=said).text = text
    elif proof["outcome"] == NOT_PROVED:
        ElementTree.SubElement(case, "skipped", message=said)
    elif proof["outcome"] == EVALUATED:
        ElementTree.SubElement(case, "system-out").text = said
    return case


def _counts(cases: Sequence[ElementTree.Element]) -> dict[str, str]:
    found = {"tests": len(cases)}
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        found[name] = sum(case.find(tag) is not None for case in cases)
    return {name: str(count) for name, count in found.items()}


def _clean(text: str) -> str:
    return _NOT_XML.sub("?", own_lines(text))
