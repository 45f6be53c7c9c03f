"""The package as Markdown, in a fixed order: for a pull request, a mail, a file. The JSON is the truth, not this."""

import re
from collections.abc import Iterator

from state.evidence.asking import TITLES
from state.evidence.package import Fact, Package
from state.evidence.page import MISSING

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+!|<>~&])")


def markdown(package: Package) -> str:
    """Give the package as Markdown. Foreign text is escaped, so that it shows as it stands and links nowhere."""
    return "\n".join(_lines(package)) + "\n"


def _lines(package: Package) -> Iterator[str]:
    proposal = package.proposal
    yield f"# Evidence: {plain(package.task)}"
    yield ""
    yield f"- Risk: **{package.risk}**"
    yield f"- Branch: {plain(proposal.branch)}, into {plain(proposal.target)}"
    yield f"- Base `{proposal.base}`, head `{proposal.head}`, merge tree `{proposal.tree or 'none: it conflicts'}`"
    yield f"- Patch id `{proposal.patch_id}`"
    yield f"- Evidence `{package.sha}`, policy `{package.policy}`"
    yield f"- Run `{package.run}`, owner {plain(package.owner or 'unknown')}, cost {plain(package.cost)}"
    wanted = ", ".join(TITLES[name].lower() for name in package.lacking)
    yield f"- Complete: {'no, ' + MISSING + ' ' + wanted if wanted else 'yes'}"
    if override := package.facts.get("override"):
        yield f"- Put up for review incomplete by {plain(str(override.get('by')))}: {plain(str(override.get('reason')))}"
    for part in package.parts:
        yield from ("", f"## {TITLES[part.name]}", "")
        if part.mark == "missing" and not part.facts:
            yield f"- **{MISSING}**"
        yield from map(_fact, part.facts)
    yield from _list(
        "Claims against the log",
        [f"**{one.verdict}**: “{plain(one.text)}”: {plain(one.against)}" for one in package.claims],
    )
    yield from _list("Planned and not changed", [plain(one) for one in package.untouched])
    yield from _list("Changed and not planned", [plain(one) for one in package.unplanned])
    yield from _list("Changes to tests", [plain(one) for one in package.test_changes])
    yield from _list("Reasons of the risk", [plain(one) for one in package.risk_reasons])
    yield from _list("Reviews by another family (claimed)", [plain(one) for one in package.reviews])


def _fact(fact: Fact) -> str:
    return f"- **{MISSING}**: {plain(fact.text)}" if fact.mark == "missing" else f"- _{fact.mark}_: {plain(fact.text)}"


def _list(title: str, lines: list[str]) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    yield from (f"- {line}" for line in lines or ["none"])


def plain(text: str) -> str:
    """Give text that Markdown shows as it stands: no link, no image, no HTML, no mention of a person or an issue."""
    return _MARKUP.sub(r"\\\1", text).replace("@", "@\u2060").replace("://", ":\u2060//")
