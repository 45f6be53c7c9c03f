"""The command line: what can be typed, and nothing that takes long to load."""

import argparse
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from tui.name_clash import DISTRIBUTION

BY = ("session", "model", "day", "task", "role", "lane", "agent", "owner")


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with a command line in one sentence, as every verb does."""

    def error(self, message: str) -> NoReturn:
        # The list of choices names the verbs that only Headgate itself uses.
        told = message.split(" (choose from")[0].replace("argument VERB: invalid choice", "there is no verb")
        sys.stderr.write(f"{self.prog}: {told}; `{self.prog} --help` lists what there is\n")
        sys.exit(2)


class _Version(argparse.Action):
    """Says the version, which takes longer to find than to read the rest of a command line."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, help="show program's version number and exit")

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        sys.stdout.write(f"headgate {installed_version()}\n")
        parser.exit()


def parser() -> argparse.ArgumentParser:
    """Make the parser of `headgate`."""
    top = _Parser(prog="headgate", description="Supervise many coding-agent runs from one screen.", allow_abbrev=False)
    top.add_argument("--version", action=_Version)
    _add_repository(top, "repository")
    top.add_argument("--all", action="store_true", help="the board, or status --tmux, of every known repository")
    verbs = top.add_subparsers(dest="verb", metavar="VERB", parser_class=_Parser)
    demo = verbs.add_parser("demo", help="a scripted fleet in a temporary repository; needs no agent and no key")
    demo.add_argument("--speed", type=_speed, default=1.0, help="how many times faster than life")
    demo.add_argument("--seed", type=int, default=7, help="another seed gives another fleet")
    demo.add_argument("--faults", action="store_true", help="things go wrong in it; what and when is told at the end")
    replay = verbs.add_parser("replay", help="recorded logs, played into a temporary home at their own pace")
    replay.add_argument("logs", metavar="LOG", nargs="+", help="a session's log of any agent with one record a line")
    replay.add_argument("--speed", type=_speed, default=1.0, help="how many times faster than they were recorded")
    _add_json(_add_repository(verbs.add_parser("index", help="read what is new in every log")))
    _add_tmux(_add_json(_add_repository(verbs.add_parser("status", help="the board once"))))
    _add_json(_add_repository(verbs.add_parser("watch", help="one line a change, until interrupted")))
    show = _add_json(_add_repository(verbs.add_parser("show", help="everything known of a run, with its sources")))
    show.add_argument("run", metavar="RUN", help="its id or session, or the beginning of either")
    usage = _add_json(verbs.add_parser("usage", help="tokens of every log on this machine, each call counted once"))
    usage.add_argument("--by", choices=BY, default="session")
    usage.add_argument("--since", metavar="T", help="a time, a date, or an age such as 24h or 7d")
    _add_prices(_add_json(verbs.add_parser("prices", help="the prices in force, and what has none")))
    _add_report(_add_json(_add_repository(verbs.add_parser("report", help="what the work came to, and what it cost"))))
    check = _add_json(_add_repository(verbs.add_parser("doctor", help="which agents are here, and whether they obey")))
    check.add_argument("--run", metavar="WHAT", default="", help="why one run is shown or not: a session or a log")
    check.add_argument(
        "--canary", action="store_true", help="try again whether each hook fires; runs the clients offline"
    )
    _add_json(_add_repository(verbs.add_parser("conflicts", help="which worktrees do not merge, and a merge order")))
    _add_install(verbs)
    _add_gates(verbs)
    _add_control(verbs)
    _add_budget(_add_json(_add_repository(verbs.add_parser("budget", help="how each budget stands"))))
    _add_review(verbs)
    _add_config(verbs.add_parser("config", help="your settings: every default, what is in force, what is wrong"))
    _add_policy(verbs.add_parser("policy", help="what the policy says, whether it is sound, and why it decides so"))
    for name in ("core", "demo-player"):
        hidden = verbs.add_parser(name)
        hidden.add_argument("--repo", default=None)
        hidden.add_argument("--speed", type=float, default=1.0)
        hidden.add_argument("--seed", type=int, default=7)
        hidden.add_argument("--faults", action="store_true")
    return top


def _add_tmux(status: argparse.ArgumentParser) -> None:
    told = "one line for tmux's status-right, at most so many cells wide; looks and does nothing else"
    status.add_argument("--tmux", type=_cells, nargs="?", const=60, metavar="CELLS", help=told)


def _cells(told: str) -> int:
    if not (told.isascii() and told.isdigit() and 8 <= int(told) <= 400):
        raise argparse.ArgumentTypeError(f"{told!r} is no number of cells from 8 to 400")
    return int(told)


def _add_install(verbs: "argparse._SubParsersAction[_Parser]") -> None:
    told = {"init": "register the hook with the agents; shows each change and asks", "uninstall": "take it out again"}
    for name in told:
        one = verbs.add_parser(name, help=told[name])
        one.add_argument("--agent", action="append", metavar="A", help="this agent; more than one may be named")
        one.add_argument("--dry-run", action="store_true", help="show the change, ask nothing and write nothing")
        enforce = "also" if name == "init" else "only the"
        one.add_argument(
            "--enforce", action="store_true", help=f"{enforce} git hooks that guard the protected branches"
        )
        if name == "init":
            one.add_argument("--no-skill", action="store_true", help="do not teach the agent to hand in evidence")
            one.add_argument(
                "--managed", action="store_true", help="in the machine's own settings below /etc; needs root"
            )


def _add_gates(verbs: "argparse._SubParsersAction[_Parser]") -> None:
    _add_json(_add_repository(verbs.add_parser("queue", help="the open requests, in the order of need")))
    for name, does in (("approve", "let exactly what was asked go, once"), ("deny", "refuse it; the model reads why")):
        answer = _add_repository(verbs.add_parser(name, help=f"{does}; only by a human at a terminal"))
        answer.add_argument("request", metavar="REQUEST", help="its id, or the beginning of it")
        answer.add_argument("--reason", metavar="TEXT", required=True, help="why; kept with the decision")
        answer.add_argument("--by", metavar="NAME", default="", help="the person who decides; else this account")
        if name == "approve":
            answer.add_argument("--key", metavar="FILE", default="", help="sign the approval of a change with this key")
        else:
            answer.add_argument("--rework", action="store_true", help="of a change: send the reason to the run")
    for name, does in (("freeze", "deny the next tool call"), ("thaw", "let tool calls go again")):
        stop = _add_repository(verbs.add_parser(name, help=f"{does} of a run, or of every run with --all"))
        stop.add_argument("run", metavar="RUN", nargs="?", default="", help="its id, or the beginning of it")
        stop.add_argument("--all", dest="every", action="store_true", help="every run of the repository")
        stop.add_argument("--reason", metavar="TEXT", default="", help="why; the model reads it")


def _add_control(verbs: "argparse._SubParsersAction[_Parser]") -> None:
    told = {
        "stop": "end a run: interrupt, then signals, to every process of it; its work is kept",
        "hold": "stop the clock of a run (SIGSTOP) until it is resumed",
        "resume": "let a run that was held go on, or one that was stopped make calls again",
        "send": "a correction to the run, in its agent's own way",
        "escalate": "to a stronger lane, a reviewer or a person",
    }
    for name, does in told.items():
        one = _add_json(_add_repository(verbs.add_parser(name, help=does)))
        one.add_argument("run", metavar="RUN", help="its id, or the beginning of it")
        if name == "send":
            one.add_argument("text", metavar="TEXT", help="what the model is to read")
        elif name == "stop":
            one.add_argument(
                "--left", action="store_true", help="end what an earlier stop left, agents of their own too"
            )
        elif name == "escalate":
            one.add_argument("--to", metavar="WHOM", required=True, help="lane:NAME, reviewer or person:NAME")
        one.add_argument("--reason", metavar="TEXT", default="", required=name == "escalate", help="why; it is kept")
    start = _add_json(_add_repository(verbs.add_parser("start", help="a worktree and a run in it")))
    start.add_argument("--agent", metavar="A", required=True, help="claude-code, codex, gemini-cli or opencode")
    start.add_argument("--task", metavar="TEXT", required=True, help="what it is to do")
    start.add_argument("--role", metavar="R", default="", help="implementer where none is named")
    start.add_argument("--lane", metavar="L", default="", help="which class of model; else the role's own")
    start.add_argument(
        "--prefer", metavar="P", default="", help="cheap, balanced or fast: lane and envelope of the run"
    )
    start.add_argument("--branch", metavar="B", default="", help="a new branch of that name; else made from the task")
    start.add_argument("--base", metavar="REF", default="", help="where it begins; else the base branch")


def _add_budget(budget: argparse.ArgumentParser) -> None:
    chosen = budget.add_subparsers(dest="budget_verb", metavar="VERB", parser_class=_Parser)
    told = {
        "raise": "give a budget another ceiling; only by a human at a terminal",
        "window": "open an approved window in which roles are only warned; only by a human at a terminal",
    }
    for name, does in told.items():
        one = _add_repository(chosen.add_parser(name, help=does))
        if name == "raise":
            one.add_argument("budget", metavar="NAME", help="its name, or the beginning of it")
            one.add_argument("usd", metavar="USD", help="the ceiling from now on")
        else:
            one.add_argument("name", metavar="NAME", help="what it is for, such as the release")
            one.add_argument("--roles", metavar="A,B", required=True, help="the roles that it spares")
            one.add_argument("--usd", metavar="USD", required=True, help="what may be spent in it")
        needed = name == "window"
        one.add_argument("--until", metavar="T", default="", required=needed, help="when it ends, a date or a time")
        one.add_argument("--reason", metavar="TEXT", required=True, help="why; it is kept in the ledger")
        one.add_argument("--by", metavar="NAME", default="", help="the person who decides; else this account")


def _add_review(verbs: "argparse._SubParsersAction[_Parser]") -> None:
    told = {
        "evidence": "the evidence package of a run's change",
        "check": "run the policy's required checks on the tree that would be merged",
        "merge": "the merge gate's last step: exactly what was approved",
    }
    for name, does in told.items():
        one = _add_json(_add_repository(verbs.add_parser(name, help=does)))
        one.add_argument("run", metavar="RUN", help="its id, or the beginning of it")
        if name == "evidence":
            one.add_argument("--markdown", action="store_true", help="print Markdown")
        elif name == "check":
            one.add_argument("--again", action="store_true", help="also those whose result on this tree is known")
    audit = verbs.add_parser("audit", help="the ledger: what was decided by whom, and whether it is whole")
    chosen = audit.add_subparsers(dest="audit_verb", metavar="VERB", parser_class=_Parser, required=True)
    asked = {
        "show": "the newest entries, or one decision as a story",
        "verify": "say up to which anchor the ledger is intact",
        "export": "every entry as JSON, one a line",
        "push": "leave a checkpoint on a branch of the remote",
    }
    made = {name: _add_json(_add_repository(chosen.add_parser(name, help=does))) for name, does in asked.items()}
    made["show"].add_argument(
        "what", metavar="WHAT", nargs="?", default="", help="a request, a run, or an entry's number"
    )
    made["verify"].add_argument(
        "--against", metavar="REMOTE", default="", help="hold it against this remote's checkpoints"
    )
    made["push"].add_argument("remote", metavar="REMOTE", nargs="?", default="origin")
    _add_after(chosen)
    verify = _add_json(_add_repository(verbs.add_parser("verify", help="say whether a commit's approval is valid")))
    verify.add_argument("commit", metavar="COMMIT")
    verify.add_argument("--base", metavar="REF", default="", help="the branch that names the allowed signers")


def _add_after(chosen: "argparse._SubParsersAction[_Parser]") -> None:
    items = _add_json(_add_repository(chosen.add_parser("items", help="what is kept in sight of merges")))
    items.add_argument("what", metavar="WHAT", nargs="?", default="", help="a run, a commit or an item; else all")
    told = {
        "explain": "say why a protected branch that was moved outside Headgate is right where it is",
        "item": "say how an item stands: done, open, confirmed or refused",
        "defect": "note a defect of what a run's merge brought",
    }
    made = {name: _add_repository(chosen.add_parser(name, help=does)) for name, does in told.items()}
    for one in made.values():
        one.add_argument("--by", metavar="NAME", default="", help="the person who says it; else this account")
    made["explain"].add_argument("branch", metavar="BRANCH")
    made["explain"].add_argument("--reason", metavar="TEXT", required=True, help="why; it is kept")
    made["item"].add_argument("what", metavar="ITEM", help="its id, or the beginning of it")
    made["item"].add_argument("state", metavar="STATE", choices=("open", "done", "confirmed", "refused"))
    made["item"].add_argument("--reason", metavar="TEXT", default="", help="a remark; it is kept")
    made["defect"].add_argument("run", metavar="RUN", help="the run's id, or the beginning of it")
    made["defect"].add_argument("text", metavar="TEXT", help="what is wrong")
    made["defect"].add_argument("--revert", metavar="COMMIT", default="", help="the commit that took it back")


def _add_config(config: argparse.ArgumentParser) -> None:
    chosen = config.add_subparsers(dest="config_verb", metavar="VERB", parser_class=_Parser, required=True)
    init = chosen.add_parser("init", help="write config.toml with every default and its comment, where there is none")
    init.add_argument("--print", action="store_true", help="print it and write nothing")
    _add_json(chosen.add_parser("show", help="every value in force, and where it comes from"))
    check = _add_json(chosen.add_parser("check", help="what in the file does not hold, with line and remedy"))
    check.add_argument("file", metavar="FILE", nargs="?", default="", help="else the one that Headgate reads")


def _add_policy(policy: argparse.ArgumentParser) -> None:
    chosen = policy.add_subparsers(dest="policy_verb", metavar="VERB", parser_class=_Parser, required=True)
    told = {
        "check": "say whether the committed policy, or a file, can be in force",
        "test": "try the examples of every rule and print each",
        "show": "the policy in force, and where it was read",
        "explain": "the effects of a command, the rules that it meets, and the verdict",
        "replay": "what the policy would have said to the recorded calls of a run",
    }
    made = {name: _add_json(_add_repository(chosen.add_parser(name, help=text))) for name, text in told.items()}
    for name in ("check", "test"):
        made[name].add_argument("file", metavar="FILE", nargs="?", help="else what is committed on the base branch")
    explain = made["explain"]
    explain.add_argument("command", metavar="COMMAND", nargs="*", help="one shell line, or a command's words behind --")
    explain.add_argument("--edit", metavar="PATH", help="judge an edit of this file instead")
    explain.add_argument("--read", metavar="PATH", help="judge the reading of this file instead")
    explain.add_argument("--branch", metavar="NAME", help="as if this branch were checked out")
    explain.add_argument("--phase", choices=("planning", "executing", "merging"), default="executing")
    made["replay"].add_argument("run", metavar="RUN", help="its id or session, or the beginning of either")


def _add_prices(prices: argparse.ArgumentParser) -> None:
    chosen = prices.add_subparsers(dest="prices_verb", metavar="set", parser_class=_Parser)
    change = chosen.add_parser("set", help="write a price of your own, in USD per million tokens")
    change.add_argument("model", metavar="MODEL", help="the model as its log names it")
    for name in ("--input", "--output", "--cached", "--cache-write-5m", "--cache-write-1h"):
        change.add_argument(name, metavar="USD")
    change.add_argument("--since", metavar="T", help="a date or a time from which on it holds; else always")
    change.add_argument("--speed", metavar="WORD", help="for calls of this speed alone, such as fast")
    change.add_argument("--tier", metavar="WORD", help="for calls of this service tier alone, such as priority")
    change.add_argument("--plan", action="store_true", help="a subscription pays: shown as list price")
    change.add_argument("--source", metavar="TEXT", help="where the price stands")


def _add_report(report: argparse.ArgumentParser) -> None:
    report.add_argument("--since", metavar="T", help="a time, a date, or an age such as 7d; else four weeks")
    report.add_argument("--figure", metavar="NAME", default="", help="one figure, with the events that it is made of")
    report.add_argument("--markdown", action="store_true", help="print Markdown")
    report.add_argument("--html", metavar="FILE", default="", help="write a page that opens without a network")


def _add_repository(to: argparse.ArgumentParser, default: str = "") -> argparse.ArgumentParser:
    # A verb's own default would overwrite what stood before the verb.
    value = None if default else argparse.SUPPRESS
    to.add_argument("--repo", metavar="DIR", default=value, help="the repository; else the one around this directory")
    return to


def _add_json(to: argparse.ArgumentParser) -> argparse.ArgumentParser:
    to.add_argument("--json", action="store_true", help="print JSON")
    return to


def _speed(text: str) -> float:
    speed = float(text)
    if not 0.01 <= speed <= 1000:
        raise argparse.ArgumentTypeError("a speed lies between 0.01 and 1000")
    return speed


def installed_version() -> str:
    """Give the version of the installed distribution."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "(not installed)"
