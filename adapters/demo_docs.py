"""The demo's run at the merge gate: a small change to the documents that waits for a human to merge it.

Its claims are in its last message, so that the page of the change has something to hold against its log.
"""

from adapters.demo_beats import Commit, Edit, End, Look, Prompt, Shell, Story

_PAGE = """\
# Webhooks

An invoice that changes is told to other services by webhook, three times at most. A service that answers with a status
of 500 or above is asked again after a minute.
"""
_HANDED_IN = """\
docs/webhooks.md says how webhooks are tried again. I ran `git diff --stat`. All tests pass.

## Summary
A page that says how often a webhook is sent, and when it is sent again.

## Rollback
Revert the commit: nothing reads the page.
"""

WEBHOOK_DOCS = Story(
    agent="claude-code",
    branch="docs/webhooks",
    title="Say how webhooks are tried again",
    model="claude-sonnet-4-6",
    appears=6.0,
    live=(
        Prompt("Write a page in docs/ that says how webhooks are tried again. Change nothing else.", after=0.5),
        Look("README.md", say="I look at what the README says of them."),
        Edit("docs/webhooks.md", "", _PAGE, after=1.5),
        Commit("Say how webhooks are tried again"),
        Shell("git diff --stat main", " docs/webhooks.md | 4 ++++\n 1 file changed, 4 insertions(+)"),
        End(_HANDED_IN),
    ),
)
