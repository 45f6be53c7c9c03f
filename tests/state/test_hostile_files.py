"""Policies and settings that attack: each is refused in one sentence, and none takes long or hides anything."""

import pytest

from state.policy.document import read_policy
from state.policy.glob import MOST_CHOICES, choices, written_out
from state.policy.wrong import PolicyInvalid
from state.settings import _MOST_WRONG, in_force, read_settings
from state.toml import TOMLDecodeError, toml_of
from tests.promises import attacks

pytestmark = attacks("faults", "terminal")

RULE = 'schema = 1\n[[rule]]\nid = "a"\nthen = "deny"\n'


@pytest.mark.parametrize("key", ["paths", "unless = { paths"])
def test_a_pattern_that_stands_for_a_million_is_refused(key: str) -> None:
    bomb = "{a,b}" * 22
    close = " }" if "unless" in key else ""
    with pytest.raises(PolicyInvalid, match="stands for more than 1000 patterns"):
        read_policy(f'{RULE}because = "b"\ncommands = ["x"]\n{key} = ["{bomb}"]{close}\n', "p.toml", "b")


@pytest.mark.parametrize("pattern", ["a", "{a,b}/{c,d,e}", "{a,{b,c}}", "{}", "{a", "{a,b}" * 9])
def test_choices_are_counted_as_they_are_written_out(pattern: str) -> None:
    assert choices(pattern) == len(written_out(pattern)) <= MOST_CHOICES or "{a,{" in pattern


@pytest.mark.parametrize("text", ["x = " + "[" * 100_000, "x = " + "9" * 5000, "x = 0001-99-99", "\x1b", "x = \x00"])
def test_whatever_is_wrong_with_toml_is_one_error_and_safe_to_print(text: str) -> None:
    with pytest.raises(TOMLDecodeError) as raised:
        toml_of(text)
    assert str(raised.value).isprintable()
    assert read_settings(text, "c").problems
    with pytest.raises(PolicyInvalid):
        read_policy(text, "p.toml", "b")


def test_a_file_in_which_all_is_wrong_is_given_up_in_time() -> None:
    text = "".join(f"x{number} = 1\n" for number in range(2000))
    wrong = in_force(text)[1]
    assert len(wrong) == _MOST_WRONG + 1 and "none of it holds" in wrong[-1]


def test_the_words_of_a_rule_and_of_a_refusal_hide_nothing() -> None:
    policy = read_policy(f'{RULE}because = "a\\u001b[2J\\u202e\\nb"\ncommands = ["x"]\n', "p.toml", "b")
    assert policy.rules[0].because == "a␛[2J⦃U+202E⦄ b"
    with pytest.raises(PolicyInvalid) as refused:
        read_policy(f'{RULE}because = "b"\n"\\u001b[2J" = 1\n', "p.toml", "b")
    assert str(refused.value).isprintable() and refused.value.remedy.isprintable()
