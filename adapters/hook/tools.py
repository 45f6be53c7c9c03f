"""Which kind of call a tool's name stands for, and what of its input a policy looks at.

Names drift from version to version and from client to client; one table holds them all, because none of them means
another thing to another client. A name that stands in no table is `other`, which is never taken for harmless.
Sources: research/real-clients.md 1 and 3, research/control.md 1 to 3, and the clients' logs.
"""

import hashlib
import json
from typing import Any, cast

from adapters.hook.exchange import NotUnderstood
from adapters.hook.patch import touched
from state.policy.call import Call, CallKind

_NAMES: dict[CallKind, str] = {
    "shell": "Bash PowerShell exec_command shell shell_command local_shell container.exec unified_exec bash"
    " run_shell_command run_terminal_cmd execute_command terminal Monitor",
    "edit": "Edit Write MultiEdit NotebookEdit apply_patch write_file replace edit write patch multiedit create"
    " create_file str_replace str_replace_editor str_replace_based_edit_tool edit_file insert_edit_into_file",
    "read": "Read Grep Glob LS NotebookRead ToolSearch BashOutput TaskOutput ListMcpResourcesTool read_file"
    " read_many_files list_directory glob search_file_content grep_search grep list ls view view_image read find"
    " codesearch lsp list_dir grep_files ReadMcpResourceTool list_mcp_resources read_mcp_resource CronList Skill",
    "net": "WebFetch WebSearch web_fetch google_web_search webfetch websearch web_search fetch fetch_webpage",
    "agent": "Agent Task SendMessage spawn_agent send_input wait close_agent resume_agent task delegate_to_agent"
    " dispatch_agent TeamCreate TeamDelete Workflow",
    "plan": "ExitPlanMode exit_plan_mode EnterPlanMode enter_plan_mode plan_exit TodoWrite TodoRead todowrite todoread"
    " write_todos update_plan TaskCreate TaskUpdate TaskList TaskGet update_todo_list TaskStop KillShell KillBash",
    "question": "AskUserQuestion question ask_user request_user_input ask_followup_question",
}
KINDS: dict[str, CallKind] = {name: kind for kind, names in _NAMES.items() for name in names.split()}
PLAN_GATES = ("ExitPlanMode", "exit_plan_mode", "plan_exit")
"""The tools with which a model hands in its plan."""

_PATHS = (
    *("file_path", "notebook_path", "path", "filePath", "dir_path", "absolute_path", "directory", "file"),
    *("workdir", "cwd", "target_file"),
)
_ADDED = ("content", "new_string", "new_source", "newString", "new_str", "file_text", "insert_text", "text", "body")
_MANY = ("paths", "include", "files", "file_paths", "absolute_paths")
_MOST_PATHS = 2000


def call_of(
    agent: str, session: str, tool: str, words: dict[str, Any], cwd: str, **known: str | None
) -> tuple[Call, str]:
    """Give a tool's call, and its input as canonical JSON, which is what its digest is of. Raises `NotUnderstood`."""
    kind: CallKind = "mcp" if tool.startswith("mcp__") else KINDS.get(tool, "other")
    text = json.dumps(words, sort_keys=True, separators=(",", ":"))
    command, paths, added = _command(words), _paths(words), _added(words)
    if kind == "edit" and not paths:
        paths, added = touched(command or text_in(words, "patch", "patchText", "input"))
        command = None
    if kind == "shell" and command is None:
        kind = "other"
    if kind == "edit" and words.get("command") == "view" and tool.startswith("str_replace"):
        kind = "read"
    plan = text_in(words, "plan") if tool in PLAN_GATES else None
    call = Call(
        agent=agent,
        session=session,
        tool=tool,
        kind=kind,
        sha=hashlib.sha256(text.encode()).hexdigest(),
        cwd=_below(cwd, words, kind),
        worktree=None,
        call=known.get("call") or None,
        command=command if kind in ("shell", "other") else None,
        paths=paths if kind != "shell" else (),
        added=added,
        plan=plan,
        subagent=known.get("subagent") or None,
        size=len(text),
    )
    return call, text


def text_in(words: dict[str, Any], *names: str) -> str:
    """Give the first of these that is a text, "" where none is."""
    return next((found for name in names if isinstance(found := words.get(name), str)), "")


def _below(cwd: str, words: dict[str, Any], kind: CallKind) -> str:
    """Give where a command runs: some tools say that beside the command, from where the run stands."""
    place = text_in(words, "workdir", "cwd", "directory", "dir_path") if kind == "shell" else ""
    if not place:
        return cwd
    return place if place.startswith("/") else f"{cwd}/{place}"


def _command(words: dict[str, Any]) -> str | None:
    found = words.get("command", words.get("cmd"))
    if isinstance(found, str):
        return found
    if found is None:
        return None
    several = _list(found)
    if not several or not all(isinstance(word, str) for word in several):
        raise NotUnderstood("the command is neither a text nor a list of words")
    return " ".join(_quoted(str(word)) for word in several)


def _quoted(word: str) -> str:
    """Quote a word for a shell, as `shlex.quote` does."""
    plain = (
        word and word.isascii() and word.replace("-", "").replace("_", "").replace("/", "").replace(".", "").isalnum()
    )
    return word if plain else "'" + word.replace("'", "'\"'\"'") + "'"


def _paths(words: dict[str, Any]) -> tuple[str, ...]:
    found = [value for name in _PATHS if isinstance(value := words.get(name), str) and value]
    for name in _MANY:
        found += [one for one in _list(words.get(name)) if isinstance(one, str)]
    if len(found) > _MOST_PATHS:
        raise NotUnderstood(f"the call names {len(found)} files")
    return tuple(found)


def _added(words: dict[str, Any]) -> str:
    found = [value for name in _ADDED if isinstance(value := words.get(name), str)]
    for one in _list(words.get("edits")):
        edit = cast("dict[str, object]", one) if isinstance(one, dict) else {}
        found += [value for name in _ADDED if isinstance(value := edit.get(name), str)]
    return "\n".join(found)


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []
