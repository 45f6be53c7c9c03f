"""`headgate report` as a user types it: totals agree with the other verbs, figures open, bad words are refused."""

import time
from decimal import Decimal
from pathlib import Path

from tests.world import World, instant


def test_its_money_is_that_of_usage_and_status_to_the_cent(tmp_path: Path) -> None:
    world = World(tmp_path)
    log = world.claude("one")
    lines = [log.prompt("Retry | payments"), log.tool("ls", 5000), log.said("done")]
    log.append(*(line.replace(b'"claude-opus-4-7"', b'"claude-opus-4-5"') for line in lines))
    report = world.told("report")
    spend = {one["name"]: one for each in report["families"] for one in each["figures"]}["spend"]
    assert report["schema"] == "headgate/report/1"
    assert Decimal(spend["value"]) == Decimal(world.told("usage")["total"]["usd"]) > 0
    assert Decimal(spend["value"]) == Decimal(world.told("status")["totals"]["usd"])
    asked = world.headgate("report", "--figure", "spend", "--markdown")
    assert "Retry \\| payments" in asked and "one.jsonl" in asked


def test_what_cannot_be_reported_is_refused_in_one_sentence(tmp_path: Path) -> None:
    world = World(tmp_path)
    for words, told in (
        (("--since", "soon"), "is no time"),
        (("--since", instant(time.time() + 9999)), "no time before now"),
        (("--figure", "speed"), "there is no figure speed: there are cost_per_accepted"),
    ):
        said = world.headgate("report", *words, status=2)
        assert told in said and said.count("\n") == 1
