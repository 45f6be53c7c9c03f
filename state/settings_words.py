"""What each key of `config.toml` means, in one sentence; `*` stands for a name of the user's own choice.

Here and not beside the shapes, so that `headgate config init` writes them and a test holds both against each other.
"""

from collections.abc import Mapping

TABLES: Mapping[str, str] = {
    "lanes": "Classes of model that a task is given to. docs/lanes.md",
    "roles": "How a run of each role is started.",
    "prefer": "What `headgate start --prefer NAME` chooses. docs/lanes.md",
    "start": "How runs are started.",
    "people": "Whom a run can be escalated to by name. docs/control.md",
    "ledger": "Where the ledger's head is witnessed. docs/ledger.md",
    "approve": "How the board signs approvals. docs/approval.md",
    "budgets": "What runs may cost, and what happens on the way there. docs/budgets.md",
    "windows": "Stretches of time in which roles are only warned; each needs the name of who approved it.",
    "alarms": "When spending raises an alarm. docs/attention.md",
    "attention": "How a human's attention is counted. docs/attention.md",
    "board": "How the board looks and calls.",
    "keys": "The keys of the board's commands, by the command's id: a key, or a list of which the first is shown.",
}
"""One sentence for each table."""

MEANS: Mapping[str, str] = {
    "lanes.*.models": "names of models as they stand in logs, * for anything; of several patterns the longest counts",
    "lanes.*.max_risk": "the highest risk that may go there: low, medium, high or critical",
    "lanes.*.asks": "true: runs begin with a plan on which a human decides",
    "lanes.*.agents.*.model": "the model that this agent is started with, in its own words; else its own default",
    "lanes.*.agents.*.effort": "its effort, in its own words",
    "lanes.*.agents.*.mode": "what it may do unasked, before the role's: plan, ask, edit or all",
    "roles.*.lane": "where a run of this role is started unless another lane is named",
    "roles.*.mode": "what it may do unasked: plan, ask, edit or all",
    "roles.*.prompt": "a shipped skeleton by its name, or a text of your own with {task} in it",
    "prefer.*.lane": "the lane of this preference; else the role's own",
    "prefer.*.envelope": "what such a run may cost, in USD",
    "start.worktrees": "where new worktrees are made; else beside the repository",
    "start.branch": "the name of a new branch; {task}, {role}, {agent} and {label} are replaced",
    "start.terminal": "auto, tmux or detached",
    "start.confine": "in a sandbox: auto where there is one, require, or off",
    "people.*.notify": "the command that tells them, without a shell; {title} and {text} are replaced",
    "people.*.deadline": "how long they may take: 30m, 4h, 2d",
    "ledger.remote": "the remote that gets checkpoints of the ledger by itself; empty: none",
    "approve.key": "the private key file that signs; ssh-keygen asks for its passphrase or touch",
    "approve.principal": "the name under which .headgate/allowed_signers lists the key",
    "budgets.currency": "USD, the only one",
    "budgets.person_band": "which of the bands a person's ceiling is taken from",
    "budgets.bands.*": "a floor and a ceiling a month, in USD",
    "budgets.floors.any_serious_use": "a month that is less than this is warned of as too little for any serious use",
    "budgets.floors.engineering": "an envelope or a person's budget below this is warned of",
    "budgets.envelope.month": "what all runs of a repository may cost a month, in USD",
    "budgets.envelope.at": "percent of it, and the step taken there: warn, ask, pause_new, pause_runs or stop",
    "budgets.roles.*.month": "what runs of this role may cost a month, in USD",
    "budgets.roles.*.at": "percent of it, and the step taken there",
    "budgets.roles.*.unit": "what its money buys; limits nothing",
    "budgets.roles.*.per_unit": "what one of these may cost, in USD; limits nothing",
    "budgets.person.month": "what one person's runs may cost a month; else the ceiling of the band",
    "budgets.person.at": "percent of it, and the step taken there",
    "budgets.task.envelope": "what a task may cost in its whole life, in USD; else it has no limit",
    "budgets.task.at": "percent of it, and the step taken there",
    "budgets.run.envelope": "what a run may cost in its whole life, in USD",
    "budgets.run.at": "percent of it, and the step taken there",
    "budgets.run.hard_stop": "the amount in USD at which a run is stopped",
    "budgets.run.senior_roles": "true: planners, reviewers, security and release runs are paused and stopped too",
    "budgets.pools.*.month": "what the runs of this pool may cost a month, in USD",
    "budgets.pools.*.at": "percent of it, and the step taken there",
    "budgets.pools.*.roles": "its roles",
    "budgets.pools.*.owners": "its owners",
    "budgets.pools.*.branches": "its branches, * for anything",
    "windows.name": "what it is for",
    "windows.roles": "the roles that it spares",
    "windows.from": "when it begins: a date or a time",
    "windows.until": "when it ends; a date is that day's end",
    "windows.ceiling": "what may be spent in it, in USD",
    "windows.approved_by": "who approved it",
    "alarms.min_usd": "what a long window must have spent at the least, in USD",
    "alarms.pairs": "the windows: the share of a month's budget, how long, and whether it is a page or a note",
    "alarms.run_minutes": "how near the end of its envelope a run that gets nowhere must be",
    "alarms.ceiling_minutes": "how near its ceiling a budget must be",
    "alarms.fan_out": "how many subagents at once count as many",
    "attention.rate_per_hour": "what an hour of your attention costs, in USD",
    "attention.idle_cutoff_s": "the pause between two keys, in seconds, beyond which nobody is taken to look",
    "board.theme": "the theme of the board; T goes through them",
    "board.glyphs": "the signs: unicode or ascii",
    "board.call": "how the terminal calls when a run begins to need you: off, bell or notice",
    "keys.*": "a key, or a list of keys",
}
"""One sentence for each key."""

EXAMPLES: Mapping[str, object] = {
    "start.worktrees": "~/worktrees",
    "people.ada.notify": ["notify-send", "{title}", "{text}"],
    "people.ada.deadline": "4h",
    "approve.key": "~/.ssh/id_approve_sk",
    "approve.principal": "ana@corp",
    "budgets.task.envelope": 100,
    "budgets.person.month": 4000,
    "budgets.pools.platform.month": 10000,
    "budgets.pools.platform.at": {"80": "warn", "100": "ask"},
    "budgets.pools.platform.roles": ["implementer"],
    "budgets.pools.platform.owners": ["ana"],
    "budgets.pools.platform.branches": ["platform/*"],
    "board.theme": "dark",
}
"""What a key that nothing is shipped for might be set to."""

EXAMPLE_WINDOW = """\
# [[windows]]
# name = "release 4.2"
# roles = ["release", "reviewer", "implementer"]
# from = 2026-06-18
# until = 2026-06-20
# ceiling = 1500
# approved_by = "maya"
"""
