# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The local AWS on the command line.

python -m tests.local_aws start [--port N] [--backend gate|ministack]
                                              start it unless it runs, print its endpoint
python -m tests.local_aws stop
python -m tests.local_aws status              print its endpoint; exit status 3 where it does not run
python -m tests.local_aws reset               empty it
python -m tests.local_aws seed FILE           make what a YAML file describes
python -m tests.local_aws journal             calls by account and operation, as JSON
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from .backend import BACKENDS, CHOICE
from .seed import SeedError
from .server import DEFAULT_DIRECTORY, LocalAws, LocalAwsError

NOT_RUNNING = 3


def main() -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="python -m tests.local_aws", description=__doc__.partition("\n")[0])
    parser.add_argument("--directory", type=Path, default=DEFAULT_DIRECTORY, help="where its state is kept")
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start")
    start.add_argument("--port", type=int, default=0, help="0: any free one")
    start.add_argument("--backend", choices=sorted(BACKENDS), help=f"without it: what {CHOICE} says, or the gate")
    commands.add_parser("seed").add_argument("file", type=Path)
    for name in ("stop", "status", "reset", "journal"):
        commands.add_parser(name)
    arguments = parser.parse_args()
    try:
        return run(arguments, LocalAws(arguments.directory.resolve(), getattr(arguments, "backend", None)))
    except (LocalAwsError, SeedError) as error:
        print(f"local AWS: {error}", file=sys.stderr)
        return 1


def run(arguments: argparse.Namespace, local_aws: LocalAws) -> int:
    """Run a command on one local AWS; the exit status."""
    if arguments.command == "start":
        print(local_aws.start(arguments.port))
    elif arguments.command == "stop":
        print("stopped" if local_aws.stop() else "was not running")
    elif arguments.command == "status":
        state = local_aws.state()
        if not state:
            return NOT_RUNNING
        print(state["endpoint"])
    elif arguments.command == "reset":
        local_aws.reset()
    elif arguments.command == "seed":
        import yaml  # of the environment of the local AWS; the other commands run without

        local_aws.seed(yaml.safe_load(arguments.file.read_text(encoding="utf-8")))
    else:
        journal = local_aws.journal()
        operations = {account: journal.operations(account) for account in {call.account for call in journal}}
        print(json.dumps(operations, indent=2, sort_keys=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
