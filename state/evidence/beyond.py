"""What a sentence says beyond what was held against data: a claim is verified only as far as all of its words were."""

import re

_WORD = re.compile(r"\d+(?:[.,/]\d+)*|[^\W\d_]+(?:['’-][^\W\d_]+)*|[❌✗✘🔴🚫⚠]")
_COUNT = re.compile(r"\b\d+ (?:passed|failed|skipped)\b", re.IGNORECASE)
_NONE_BAD = re.compile(
    r"\b(?:no|zero|0|without(?: any)?)\s+(?:new\s+)?(?:(?:lint\w*|types?|build|compil\w+|format\w*)\s+)?"
    r"(?:errors?|fail\w*|warnings?|issues?|problems?|findings?|complaints?)\b",
    re.IGNORECASE,
)
_PLAIN_WORDS = """
the a an all every each of my our its it they i we have has had been was were is are be now still
also and both with on in this that tree branch worktree locally here again just too so yes done test
tests testing tested suite suites spec specs case cases type types full whole entire complete run
ran re-ran reran rerun re-run executed pass passes passed passing green succeed succeeds succeeded
success successful successfully clean cleanly ok okay fine result results
"""
_PLAIN = frozenset(_PLAIN_WORDS.split())
"""Words that say nothing of their own beside "tests pass" and "ran the suite"."""


_PLAIN_WORDS_OF_CHANGES = """
the a an i we it its this that has have had been was were is are be also and or nor any of my here so yes
"""
_PLAIN_OF_CHANGES = frozenset(_PLAIN_WORDS_OF_CHANGES.split())
"""Words that say nothing of their own beside what was changed; "tests" and "types" are none of them."""


def beyond(text: str, *, spoken: str, against: str) -> str:
    """Give the first word that nothing was held against, "" where there is none.

    `spoken` is a pattern of what was judged by name; whatever the judgement names itself was judged as well.
    """
    left = _NONE_BAD.sub(" ", re.sub(r"`[^`]*`|^\W*\[x\]", " ", text))
    left = _without(left, spoken)
    left = _COUNT.sub(lambda found: " " if re.search(rf"\b{found[0]}\b", against, re.IGNORECASE) else found[0], left)
    known = {word.lower() for word in _WORD.findall(against) if not word[0].isdigit()} - {"skipped"}
    return next((word for word in _WORD.findall(left) if word.lower() not in _PLAIN | known), "")


def beyond_change(text: str, *, spoken: str) -> str:
    """Give the first word of a claim about the change that nothing was held against, what stands in code as well."""
    left = _without(re.sub(r"^\W*\[x\]", " ", text), spoken)
    return next((word for word in _WORD.findall(left) if word.lower() not in _PLAIN_OF_CHANGES), "")


def without_change(text: str, *, spoken: str) -> str:
    """Give what a sentence says beside the change, for what it says of a run as well."""
    return _without(text, spoken)


def _without(text: str, spoken: str) -> str:
    return re.sub(rf"(?<!\w)(?:{spoken})(?![\w-])", " ", text, flags=re.IGNORECASE) if spoken else text
