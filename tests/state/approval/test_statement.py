"""A statement has one text, and every other text is refused."""

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.approval.approval import LEVELS
from state.approval.statement import Statement, StatementInvalid, identity, parsed
from state.ledger.canonical import canonical
from tests.approvals import STATEMENT as ONE

_HEX = "0123456789abcdef"
_CHANGED = {
    "target": st.just("refs/heads/release/1"),
    **{name: st.text(_HEX, min_size=40, max_size=40) for name in ("base", "head", "tree", "patch_id")},
    **{name: st.text(_HEX, min_size=64, max_size=64) for name in ("plan", "evidence", "diff_sha", "ledger_hash")},
    **{name: st.text("abc-:.", min_size=1, max_size=20) for name in ("run", "context_version", "policy", "via")},
    "findings_open": st.integers(0, 1 << 40),
    "ledger_seq": st.integers(0, 1 << 40),
    "principal": st.text("abc@.+", min_size=1, max_size=20),
    "level": st.sampled_from(LEVELS),
    "reason": st.text('abc äß⏎"\\', max_size=80),
    "nonce": st.text(_HEX, min_size=32, max_size=32),
    "issued_at": st.integers(0, 1_790_000_000),
    "expires_at": st.integers(1_790_000_001, 4_000_000_000),
    "gate": st.sampled_from(("plan", "exception", "merge")),
    "decision": st.sampled_from(("approve", "reject")),
}


def test_every_field_of_a_statement_can_be_changed() -> None:
    assert set(_CHANGED) == {field.name for field in fields(Statement)}


@given(st.fixed_dictionaries(_CHANGED))
def test_what_was_written_is_read_back_and_has_one_name(words: dict) -> None:
    one = Statement(**words)
    assert parsed(one.text()) == one
    assert identity(one.text()) == one.id


@given(st.sampled_from(sorted(_CHANGED)).flatmap(lambda name: st.tuples(st.just(name), _CHANGED[name])))
def test_a_changed_field_is_another_statement(change: tuple[str, object]) -> None:
    other = replace(ONE, **{change[0]: change[1]})
    assert (other.id == ONE.id) == (other == ONE)


@given(st.integers(0, 2000), st.integers(0, 255))
def test_one_changed_byte_is_refused_or_is_another_statement(place: int, byte: int) -> None:
    text = bytearray(ONE.text())
    text[place % len(text)] = byte
    if bytes(text) == ONE.text():
        return
    try:
        assert parsed(bytes(text)) != ONE
    except StatementInvalid as refused:
        assert str(refused)


@given(st.binary(max_size=200))
def test_anything_is_refused_with_a_sentence(text: bytes) -> None:
    with pytest.raises(StatementInvalid):
        parsed(text)


def _told() -> dict:
    return json.loads(ONE.text())


def test_a_key_twice_is_refused() -> None:
    text = ONE.text().replace(b'"predicate":{', b'"predicate":{"base":1,"base":2,')
    with pytest.raises(StatementInvalid, match="says `base` twice"):
        parsed(text)


@pytest.mark.parametrize(
    ("place", "key", "value", "told"),
    [
        ((), "extra", 1, "must not hold `extra`"),
        (("predicate",), "extra", 1, "must not hold `extra`"),
        (("predicate", "reviewer"), "extra", 1, "must not hold `extra`"),
        (("predicate",), "findings_open", True, "whole number"),
        (("predicate",), "findings_open", "2", "whole number"),
        (("predicate",), "findings_open", -1, "whole number"),
        (("predicate",), "gate", "release", "`gate`"),
        (("predicate",), "target_ref", "refs/tags/v1", "another branch"),
        (("predicate",), "from", "A" * 40, "`from`"),
        (("predicate",), "issued_at", "2026-11-21 10:00:00", "time"),
        (("predicate",), "expires_at", "2020-01-01T00:00:00Z", "expires before"),
        (("predicate",), "reason", "a\u202eb", "`reason`"),
        (("predicate", "reviewer"), "principal", "ana,eve", "`principal`"),
        (("predicate", "reviewer"), "principal", "*", "`principal`"),
        (("predicate", "reviewer"), "level", "sworn", "`level`"),
        ((), "subject", [], "one subject"),
        ((), "_type", "x", "`_type`"),
    ],
)
def test_another_shape_is_refused(place: tuple[str, ...], key: str, value: object, told: str) -> None:
    document = _told()
    inner = document
    for one in place:
        inner = inner[one]
    inner[key] = value
    with pytest.raises(StatementInvalid, match=told):
        parsed(canonical(document))


def test_a_lacking_key_another_form_and_a_fraction_are_refused() -> None:
    document = _told()
    del document["predicate"]["nonce"]
    with pytest.raises(StatementInvalid, match="lacks `nonce`"):
        parsed(canonical(document))
    with pytest.raises(StatementInvalid, match="one form"):
        parsed(json.dumps(_told(), indent=1).encode())
    with pytest.raises(StatementInvalid, match="whole numbers"):
        parsed(ONE.text().replace(b'"findings_open":2', b'"findings_open":2.0'))
