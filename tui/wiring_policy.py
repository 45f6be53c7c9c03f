"""Introduces what speaks of the policy, `headgate policy`, to what it is read from and judged by."""

import argparse
import asyncio
import os
import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from adapters.agents.known import agents_of
from adapters.git.policy import GitPolicy, policies_of
from adapters.hook.branch import branch_of
from adapters.hook.house import common_of, repository_at
from adapters.recorded_calls import recorded_calls
from adapters.shell_tree import disagrees
from state.gate_files import FORMAT, Phase, RunFile
from state.policies import InForce
from state.policy.call import Call
from state.policy.judge import judge
from state.policy.rule import DEFAULT
from state.policy.shipped import NAME, default_text
from state.policy.verdict import Verdict
from state.policy.wrong import PolicyInvalid
from state.ports import PolicyFound, Problem
from state.runs.card import Card
from state.text import clean
from tui.verbs import policy, show
from tui.wiring import Refused, house_at, reading, step

_LARGEST = 1 << 20


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Carry out one of the policy's verbs and give its exit status. Raises `Refused`."""
    try:
        match arguments.policy_verb:
            case "check":
                return asyncio.run(_check_policy(arguments, environment))
            case "test":
                text, name, _ = asyncio.run(_policy_text(arguments, environment))
                return policy.try_examples(text, name, as_json=arguments.json)
            case "show":
                return policy.show(asyncio.run(_in_force(arguments, environment)), as_json=arguments.json)
            case "explain":
                return _explain(arguments, asyncio.run(_in_force(arguments, environment)))
            case _:
                return asyncio.run(_replay(arguments, environment))
    except PolicyInvalid as wrong:
        raise Refused(f"{wrong.text}; {wrong.remedy}") from wrong


async def _check_policy(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    try:
        text, name, blob = await _policy_text(arguments, environment)
    except PolicyUnread as unread:
        problem = unread.problem
        told = {"file": problem.about, "line": 0, "text": problem.text, "remedy": problem.remedy}
        said = [f"{problem.text}; {problem.remedy}"]
        return policy.checked(problem.about, None, 0, [told], said, as_json=arguments.json)
    return policy.check(text, name, blob, as_json=arguments.json)


class PolicyUnread(Refused):
    """The committed policy cannot be read at all."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.text}; {problem.remedy}")
        self.problem = problem


async def _policy_text(arguments: argparse.Namespace, environment: Mapping[str, str]) -> tuple[str, str, str | None]:
    """Give the text of the named file, else of the committed one, else of the shipped one; its name and its blob."""
    if arguments.file is not None:
        return _file_text(arguments.file), clean(arguments.file), None
    source = GitPolicy(house_at(arguments.repo, environment).repository)
    match await source.read():
        case None:
            return default_text(), f"{NAME} (none is committed as {source.name})", DEFAULT
        case Problem() as problem:
            raise PolicyUnread(problem)
        case PolicyFound() as found:
            return found.text or "", found.name, found.blob


def _file_text(named: str) -> str:
    try:
        if not Path(named).is_file() or Path(named).stat().st_size > _LARGEST:
            raise Refused(clean(f"{named} is no file of at most 1 MiB; name a policy file"))
        return Path(named).read_text(encoding="utf-8")
    except OSError as error:
        raise Refused(clean(f"{named} cannot be read: {error.strerror}; name a policy file")) from error
    except UnicodeDecodeError as error:
        raise Refused(clean(f"{named} is no text in UTF-8; name a policy file")) from error


async def _in_force(arguments: argparse.Namespace, environment: Mapping[str, str]) -> InForce:
    """Look at the base branch as the core does, and write nothing."""
    house = house_at(arguments.repo, environment)
    policies = policies_of(house.repository, house.spool.folder)
    await policies.look(publish=False)
    return policies.in_force


def _explain(arguments: argparse.Namespace, now: InForce) -> int:
    here = str(Path.cwd())
    at = repository_at(here)
    call, said = _asked(arguments, here, at.top if at else None)
    branch = arguments.branch or (branch_of(at.top) if at else None)
    verdict = judge(
        call,
        now.policy,
        _stand_in(arguments.phase, branch),
        None,
        branch=branch,
        real=os.path.realpath,
        disagrees=disagrees,
        common=common_of,
    )
    return policy.explain(said, verdict, as_json=arguments.json)


def _asked(arguments: argparse.Namespace, here: str, top: str | None) -> tuple[Call, str]:
    """Give the call that `explain` is asked about, and how it is shown."""
    call = Call("human", "explain", "explain", "shell", "", here, top)
    for kind in ("edit", "read"):
        if (path := getattr(arguments, kind)) is not None:
            if not path.strip():
                raise Refused(f"--{kind} names no file: give it a path")
            return replace(call, kind=kind, paths=(path,)), f"{kind} {path}"
    words: list[str] = arguments.command
    if not words:
        raise Refused("name a command behind --, or a file with --edit or --read")
    line = words[0] if len(words) == 1 else shlex.join(words)
    return replace(call, command=line), line


def _stand_in(phase: Phase, branch: str | None) -> RunFile:
    """Make the file of a run that has done nothing yet."""
    return RunFile(
        format=FORMAT,
        run="",
        agent="human",
        session="explain",
        worktree=None,
        branch=branch,
        phase=phase,
        frozen=None,
        halted=None,
        plan=None,
        policy="",
        context_version=None,
        files=0,
        usd=None,
        began=None,
        denied={},
        corrections=[],
        budget=None,
    )


async def _replay(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    house = house_at(arguments.repo, environment)
    await step(house)
    now = await _in_force(arguments, environment)
    async with reading(house) as reader:
        card = await show.one_named(reader, arguments.run)
        if card is None:
            return 2
        marks = await reader.logs(card.id)
    found = list(recorded_calls(agents_of(environment), environment, marks, card.session_id))
    calls = [one for one in found if not isinstance(one, Problem)]
    judged = [
        (at, call.tool, call.command or ", ".join(call.paths) or call.kind, _judged(call, card, now))
        for at, call in calls
    ]
    problems = [one for one in found if isinstance(one, Problem)]
    return policy.replay(card.id, now, judged, problems, as_json=arguments.json)


def _judged(call: Call, card: Card, now: InForce) -> Verdict:
    """Judge a recorded call as if it were made now, while its run executes on the branch that it has now."""
    return judge(replace(call, worktree=card.worktree), now.policy, None, None, branch=card.branch, disagrees=disagrees)
