# Copyright (c) 2026, xacct.aws contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo's deliver.yml: a topic of one account delivers to the encrypted queue of another, by grants to SNS."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from ansible_collections.xacct.aws.plugins.module_utils._operations.grants.resource_grant import OPERATION

from tests.integration import example_runs
from tests.integration.in_process import TestAccount
from tests.local_aws.server import LocalAws

EXAMPLE = example_runs.EXAMPLES / "demo"
OTHER_TOPIC = "returns"
DEPLOYER = "deployer"
NEEDED = {"platform": ("account_id", "keys", "queues"), "customer_a": ("account_id", "topics")}
"""The parts of the demo's seed."""


class Demo:
    """What deliver.yml needs of the demo, and one more topic of customer_a that the queue is subscribed to."""

    def __init__(self, local_aws: LocalAws, directory: Path) -> None:
        self.local_aws = local_aws
        self.directory = directory
        self.grant = yaml.safe_load((EXAMPLE / "deliver.yml").read_text(encoding="utf-8"))[0]["vars"]["deliver_grant"]
        accounts = yaml.safe_load((EXAMPLE / "seed.yml").read_text(encoding="utf-8"))["accounts"]
        seed = {
            name: {
                **{part: accounts[name][part] for part in parts},
                "users": {DEPLOYER: accounts[name]["users"][DEPLOYER]},
            }
            for name, parts in NEEDED.items()
        }
        (self.queue,) = seed["platform"]["queues"]
        topics = seed["platform"]["queues"][self.queue]["topics"]
        (self.topic,) = topics
        self.other_topic = self.topic.rpartition(":")[0] + f":{OTHER_TOPIC}"
        topics.append(self.other_topic)
        seed["customer_a"]["topics"][OTHER_TOPIC] = {}
        made = local_aws.seed({"accounts": seed})["accounts"]
        self.platform = TestAccount(local_aws, made["platform"]["account_id"])
        (key,) = made["platform"]["keys"].values()
        self.key = key["arn"]
        self.sns = local_aws.client("sns", made["customer_a"]["users"][DEPLOYER])
        self.sqs = local_aws.client("sqs", made["platform"]["users"][DEPLOYER])
        self.url = self.sqs.get_queue_url(QueueName=self.queue)["QueueUrl"]

    def play(self, **variables: object) -> str:
        """Run the playbook; how often something was changed, as Ansible's recap says it."""
        inventory = EXAMPLE / "inventory"
        status, output = example_runs.play(
            self.local_aws, self.directory, inventory, EXAMPLE / "deliver.yml", **variables
        )
        assert status == 0, output
        (recap,) = [line for line in output.splitlines() if line.startswith("platform ")]
        return next(word for word in recap.split() if word.startswith("changed="))

    def delivered(self, topic: str) -> list[str]:
        """Publish to a topic as customer_a; what is in the queue then, which is taken out."""
        self.sns.publish(TopicArn=topic, Message="an order")
        found = self.sqs.receive_message(QueueUrl=self.url).get("Messages", [])
        for message in found:
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"])["TopicArn"] for message in found]


@pytest.fixture
def demo(empty_aws: LocalAws, tmp_path: Path) -> Demo:
    return Demo(empty_aws, tmp_path)


def test_messages_of_the_topic_arrive_and_of_no_other(demo: Demo) -> None:
    assert demo.delivered(demo.topic) == []
    assert demo.play() == "changed=2"
    assert demo.delivered(demo.topic) == [demo.topic]
    assert demo.delivered(demo.other_topic) == []


@pytest.mark.parametrize("of", ["queue", "key"])
def test_not_without_the_grant(demo: Demo, of: str) -> None:
    demo.play()
    resource = {"queue": {"resource": demo.queue, "type": "sqs_queue"}, "key": {"resource": demo.key}}[of]
    gone = {"name": demo.grant["name"], "state": "absent"}
    assert demo.platform.run(OPERATION, grants=[gone], **resource).result["changed"]
    assert demo.delivered(demo.topic) == []
    # The other grant is still there: this one is all that is made again.
    assert demo.play() == "changed=1"
    assert demo.delivered(demo.topic) == [demo.topic]


def test_not_with_the_grants_for_another_topic(demo: Demo) -> None:
    assert demo.play(deliver_grant={**demo.grant, "source_arns": [demo.other_topic]}) == "changed=2"
    assert demo.delivered(demo.topic) == []
    assert demo.delivered(demo.other_topic) == [demo.other_topic]
