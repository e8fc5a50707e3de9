# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The example of a broken trust: the summary explains it, and the task that it prints mends it as it stands."""

from __future__ import annotations

import json
import time
from pathlib import Path
from xml.etree import ElementTree

import yaml

from tests.integration import example_runs
from tests.local_aws.server import LocalAws

EXAMPLE = example_runs.EXAMPLES / "broken"
BOUNDARY = "arn:aws:iam::444444444444:policy/ReportingBounds"
SECRET = "since-2024"


def test_the_broken_trust(empty_aws: LocalAws, tmp_path: Path) -> None:
    empty_aws.seed(yaml.safe_load((EXAMPLE / "seed.yml").read_text(encoding="utf-8")))
    report, junit = tmp_path / "report.json", tmp_path / "junit.xml"

    def play(playbook: str) -> tuple[int, str]:
        files = {"xacct_report_file": str(report), "xacct_junit_file": str(junit)}
        return example_runs.play(empty_aws, tmp_path, EXAMPLE / "inventory.yml", playbook, **files)

    assert play(str(EXAMPLE / "break.yml"))[0] == 0
    began = time.monotonic()
    status, output = play("xacct.aws.bootstrap_trust")
    assert status != 0, output
    # What no trust is made of is not on its way: nobody waits for it.
    assert "Trying" not in output, time.monotonic() - began
    assert "permissions boundary in account 444444444444: no statement matches" in output
    assert f"Add the statement to {BOUNDARY}" in output
    (broken,) = [proof for proof in json.loads(report.read_text())["proofs"] if proof["outcome"] == "broken"]
    assert broken["id"] == "reporting/warehouse/role-Reporter/allowed"
    first, second = broken["evaluation"]["fix"]
    assert first["statement"]["Action"] == "sts:AssumeRole"
    # The printed text is what the report has, and what fix.yml does.
    lines = [line.strip() for line in output.splitlines()]
    for fix in (first, second):
        assert all(line.strip() in lines for line in fix["yaml"].splitlines())
    (task,) = yaml.safe_load(second["yaml"])
    (play_of_fix,) = yaml.safe_load((EXAMPLE / "fix.yml").read_text(encoding="utf-8"))
    assert play_of_fix["tasks"][0]["xacct.aws.xacct_role"] == task["xacct.aws.xacct_role"]

    suite = ElementTree.parse(junit).getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("5", "1", "0")
    (case,) = [case for case in suite.iter("testcase") if case.find("failure") is not None]
    assert (case.get("classname"), case.get("name")) == ("reporting.warehouse", "role-Reporter/allowed")
    assert "blocked by: permissions boundary" in case.findtext("failure")
    assert SECRET not in output + report.read_text() + junit.read_text()
    assert (report.stat().st_mode & 0o777, junit.stat().st_mode & 0o777) == (0o600, 0o600)

    assert play(str(EXAMPLE / "fix.yml"))[0] == 0
    status, output = play("xacct.aws.verify_trust")
    assert status == 0, output
    assert "proved 5/5" in output
