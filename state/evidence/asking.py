"""What agents are asked to hand in as evidence: one text for the prompts, the skill and the file's skeleton.

Headgate sees for itself what it can (the difference, tests, models, tool calls); an agent's word on these is a claim
that is held against its log. What nobody but the author knows has to be handed in.
"""

from collections.abc import Mapping

from state.evidence.package import PARTS, PartName

FILE = ".headgate/evidence.md"
"""Where an agent may leave its parts, below the top of its worktree, committed with the change."""
TITLES: Mapping[PartName, str] = {
    "plan": "Plan",
    "diff_summary": "Summary",
    "tests_run": "Tests run",
    "failing_tests": "Failing tests",
    "unresolved_questions": "Unresolved questions",
    "risk": "Risk",
    "security": "Security",
    "performance": "Performance",
    "rollout": "Rollout",
    "rollback": "Rollback",
    "model_and_context": "Model and context",
    "tool_actions": "Tool actions",
}
"""The heading of each part, in the file, in Markdown and on the screen."""
ASKED: Mapping[PartName, str] = {
    "plan": "the plan, and where you left it",
    "diff_summary": "a summary of the difference, for somebody who has not seen it",
    "tests_run": "the tests that you ran, with their command lines and results",
    "failing_tests": "the tests that fail, and why",
    "unresolved_questions": "what you could not settle and what is left to do",
    "risk": "what could break, for whom, and how likely that is",
    "security": "what the change means for security",
    "performance": "what it means for speed, memory and cost",
    "rollout": "how it is brought out, in which steps, and what to watch",
    "rollback": "how it is undone, and what would be lost",
    "model_and_context": "the model and the instructions that you worked with",
    "tool_actions": "what you ran that others would notice, such as migrations, deletions and deployments",
}
NONE = "write `none` where there is nothing, and `missing` where you do not know"


def request() -> str:
    """Give the paragraph of a prompt that asks for evidence."""
    lines = "\n".join(f"- {TITLES[name]}: {ASKED[name]}" for name in PARTS)
    return f"End with an evidence package, one heading each; {NONE}:\n{lines}"


def skeleton() -> str:
    """Give the file that an agent fills in."""
    parts = "\n".join(f"## {TITLES[name]}\n\n<!-- {ASKED[name]} -->\n" for name in PARTS)
    return f"# Evidence\n\n{parts}"


def instructions() -> str:
    """Say to an agent how evidence is handed in, and what becomes of it."""
    return (
        f"Before you say that a change is done, hand in its evidence: write `{FILE}` at the top of the worktree and"
        " commit it with the change, or end your last message with the same headings.\n\n"
        "What you write is shown to the human as your claim. Headgate holds it against your log and the difference: a"
        " claim about tests or commands counts as verified only where the log shows it on these very files, and one"
        " that the log contradicts is shown as contradicted. So say only what you did, with the command line, and run"
        " tests again after your last edit. A change without evidence is not put up for review.\n\n"
        f"The parts, one heading each; {NONE}:\n\n```markdown\n{skeleton()}```\n"
    )
