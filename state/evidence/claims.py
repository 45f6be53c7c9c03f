"""What an agent says that it did, held against its own log, the difference, and the checks that Headgate ran.

A claim is verified only where data says so of the files as they are, and contradicted only where data says otherwise.
What is hoped, planned, asked, denied or quoted is no claim.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from state.evidence.beyond import beyond, beyond_change, without_change
from state.evidence.claims_of_change import CHANGE_CLAIMS
from state.evidence.claims_of_runs import RUN_CLAIMS, named_in
from state.evidence.ground import Ground
from state.evidence.package import Claim
from state.evidence.sentence import WORST_FIRST, Judged, Sentence
from state.runs.run import Origin
from state.text import clean

MOST = 40
_MOST_SENTENCES = 400
LONGEST = 200
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\s+[—–]\s+|⏎|(?<=\w),\s+(?=and \w+ (?:is|are|was|were)\b)|,\s+(?=no \w+)")
_QUOTED = re.compile(r"[\"“][^\"”]{1,200}[\"”]|(?<!\w)'[^']{3,200}'(?!\w)")
_UNDONE = re.compile(r"[\s*+-]{0,8}\[ \]")
"""The box of a list of things to do that is not ticked."""
_HOPED = re.compile(
    r"\b(?:should|would|could|might|may|will|shall|expect(?:ed)?(?: to| that)|hopefully|likely|probably|presumably"
    r"|perhaps"
    r"|assum\w+|supposed|once|unless|until|whenever|before (?:merg|push|you)\w*|to (?:verify|check|confirm|ensure"
    r"|make sure)"
    r"|make sure|ensure(?: that)?|please|you can|you may|let me|let's|I'll|we'll|going to|need(?:s|ed)? to|want(?:s"
    r"|ed)? to"
    r"|plan(?:s|ned)? to|trying to|tried to|next steps?|todo|in theory|ideally|wish|if|whether|when(?: you| the"
    r"| all)?|must"
    r"|ought|has to|have to|remember to|recommend)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not|never|cannot|unable|without|skipped running|no way to|nor|neither|failed to|instead of|rather than"
    r"|stopped"
    r"|previously|used to|earlier|at first)\b|n't\b|n’t\b",
    re.IGNORECASE,
)
_EXCEPTED = re.compile(
    r"\b(?:except|excluding|apart from|aside from|other than|all but|but (?:\w+ ){0,4}(?:fail|error|flak|skip)\w*"
    r"|besides"
    r"|save for|most|almost|nearly|some|many|partially|mostly|only (?:\w+ ){0,2}fail\w*|flaky|\d+ fail\w*"
    r"|fail(?:s|ed|ing|ures?)?\b)",
    re.IGNORECASE,
)
_Rule = tuple[re.Pattern[str], Callable[[Sentence, Ground], Judged | None]]
_RULES: tuple[_Rule, ...] = (*RUN_CLAIMS, *CHANGE_CLAIMS)


@dataclass(frozen=True, slots=True)
class Spoken:
    """Lines of an agent's own words as safe text, and where they were read."""

    lines: tuple[str, ...]
    origin: Origin | None = None


def claims_of(spoken: Iterable[Spoken], ground: Ground) -> tuple[Claim, ...]:
    """Give each claim once with what became of it; the contradicted ones first, then what nobody can verify."""
    found: dict[str, Claim] = {}
    for words in spoken:
        for text in islice(sentences(words.lines), _MOST_SENTENCES):
            claim = claim_of(text, ground, words.origin)
            if claim is not None:
                found.setdefault(claim.text.lower(), claim)
    return tuple(sorted(found.values(), key=lambda one: WORST_FIRST[one.verdict]))[:MOST]


def claim_of(text: str, ground: Ground, origin: Origin | None = None) -> Claim | None:
    """Hold one sentence against what is known; None where it claims nothing."""
    bare = _QUOTED.sub(" ", text[:1000])
    if bare.lstrip().startswith(">") or bare.rstrip().endswith("?") or _UNDONE.match(bare):
        return None
    told = Sentence(
        bare, hoped=bool(_HOPED.search(bare)), denied=bool(_DENIED.search(bare)), excepted=bool(_EXCEPTED.search(bare))
    )
    if told.hoped:
        return None
    judged = [one for pattern, judge in _RULES if pattern.search(bare) and (one := judge(told, ground)) is not None]
    if not judged:
        return None
    judged = _as_far_as(judged, bare)
    # "All tests pass, lint is clean" is as good as the worse of the two.
    worst = min(judged, key=lambda one: WORST_FIRST[one.verdict])
    alike = dict.fromkeys(one.against for one in judged if one.verdict == worst.verdict)
    at = worst.origin or origin
    return Claim(clean(text.strip(" -*#>\t"), LONGEST), worst.verdict, clean("; ".join(alike), 300), at)


def _as_far_as(judged: list[Judged], bare: str) -> list[Judged]:
    """Take "verified" back where the sentence says more than it was held to."""
    if any(one.verdict != "verified" for one in judged):
        return judged
    of_change = "|".join(one.spoken for one in judged if one.spoken)
    of_runs = " ".join(one.against for one in judged if not one.spoken)
    if of_runs:
        rest = without_change(bare, spoken=of_change)
        more = beyond(rest, spoken=named_in(bare), against=of_runs)
    else:
        more = beyond_change(bare, spoken=of_change)
    if not more:
        return judged
    return [Judged("unverifiable", f"{one.against}; nothing shows the rest: “{more}”", one.origin) for one in judged]


def sentences(lines: Iterable[str]) -> Iterator[str]:
    """Give the sentences of some lines; a quoted line is nobody's claim."""
    for line in lines:
        if line.lstrip().startswith((">", "|--", "```")):
            continue
        yield from (part.strip() for part in _SENTENCE.split(line) if len(part.strip()) > 5)
