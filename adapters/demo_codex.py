"""Writes the demo's Codex rollouts: the records that codex-cli 0.142 writes for the same doings.

Words stand in a rollout twice, as an event and as what went to the model. Source: research/log-formats.md 3.2 to 3.6.
"""

import json
import time
from collections.abc import Mapping
from typing import Any, assert_never

from adapters import demo_beats as beats
from adapters.demo_beats import AnyCall, Moment, Story
from adapters.demo_logs import Ids, Record, hunk, stamp

VERSION = "0.142.4"
_WINDOW = 258_400
_FULL = 200_000
"""Tokens of context at which the history is replaced by a summary."""
_ABORTED = "<turn_aborted>\nThe user interrupted the previous turn on purpose.\n</turn_aborted>"


class CodexLog:
    """The rollout of one thread."""

    def __init__(self, story: Story, cwd: str, ids: Ids) -> None:
        self._story, self._cwd, self._ids = story, cwd, ids
        self.session = ids.uuid7()
        self._turn: str | None = None
        self._began = 0.0
        self._at = 0.0
        self._new = True
        self._context = ids.between(14_000, 19_000)
        self._total: dict[str, int] = {}
        self._open: tuple[str, AnyCall] | None = None

    def place(self, began: float) -> str:
        """Give the file's path below `CODEX_HOME`; its date and time are local, as Codex writes them."""
        return time.strftime(f"sessions/%Y/%m/%d/rollout-%Y-%m-%dT%H-%M-%S-{self.session}.jsonl", time.localtime(began))

    def records(self, moment: Moment, at: float, files: Mapping[str, str]) -> list[Record]:
        """Give the records of a moment."""
        self._at = at
        match moment.beat:
            case beats.Prompt(text=text):
                return self._prompt(text)
            case beats.Reply(text=text, code=code):
                return self._reply(files, text, code)
            case beats.Stumble() | beats.Leave():
                return []  # Codex writes neither down.
            case beats.Limit(text=text):
                return [self._limits(text), self._event("task_complete", last_agent_message=None)]
            case beats.Interrupt():
                return self._interrupt()
            case beats.End(text=text):
                return self._end(text)
            case beats.Propose(plan=plan):
                return self._end(f"<proposed_plan>\n{plan}\n</proposed_plan>")
            case call:
                return self._close(files) if moment.closing else self._begin(call)

    # Records

    def _record(self, kind: str, payload: Record) -> Record:
        return {"timestamp": stamp(self._at), "type": kind, "payload": payload}

    def _event(self, kind: str, **fields: Any) -> Record:
        own = {"turn_id": self._turn} if kind.startswith(("task_", "turn_")) else {}
        return self._record("event_msg", {"type": kind, **own, **fields})

    def _item(self, kind: str, **fields: Any) -> Record:
        passed = {"internal_chat_message_metadata_passthrough": {"turn_id": self._turn}}
        return self._record("response_item", {"type": kind, **fields, **passed})

    def _said(self, text: str) -> Record:
        return self._item("message", role="user", content=[{"type": "input_text", "text": text}])

    def _spoken(self, text: str, phase: str) -> list[Record]:
        content = [{"type": "output_text", "text": text}]
        event = self._event("agent_message", message=text, phase=phase, memory_citation=None)
        message = self._item("message", id=self._ids.word("msg_0"), role="assistant", content=content, phase=phase)
        return [event, message]

    # Turns

    def _prompt(self, text: str) -> list[Record]:
        rows = [*self._met(), *self._compacted()]
        self._turn, self._began = self._ids.uuid7(), self._at
        mode = "plan" if self._story.plans_first and self._new else "default"
        rows.append(
            self._event(
                "task_started",
                started_at=int(self._at),
                model_context_window=_WINDOW,
                collaboration_mode_kind=mode,
            )
        )
        if self._new:
            here = f"<environment_context>\n  <cwd>{self._cwd}</cwd>\n  <shell>bash</shell>\n</environment_context>"
            rows.append(self._said(here))
            self._new = False
        rows += [self._context_of_turn(mode), self._said(text)]
        return [*rows, self._event("user_message", message=text, images=[], local_images=[], text_elements=[])]

    def _met(self) -> list[Record]:
        if not self._new:
            return []
        source = ("codex_exec", "exec") if self._story.headless else ("codex-tui", "cli")
        payload: Record = {"session_id": self.session, "id": self.session, "timestamp": stamp(self._at)}
        payload |= {"cwd": self._cwd, "originator": source[0], "cli_version": VERSION, "source": source[1]}
        payload |= {"thread_source": "user", "model_provider": "openai", "git": {"branch": self._story.branch}}
        title = self._event("thread_name_updated", thread_id=self.session, thread_name=self._story.title)
        return [self._record("session_meta", payload), title]

    def _context_of_turn(self, mode: str) -> Record:
        policy = "never" if self._story.headless else "on-request"
        payload: Record = {"turn_id": self._turn, "cwd": self._cwd, "workspace_roots": [self._cwd]}
        payload |= {"approval_policy": policy, "sandbox_policy": {"type": "workspace-write"}, "effort": "high"}
        payload |= {"model": self._story.model, "collaboration_mode": {"mode": mode}, "summary": "auto"}
        return self._record("turn_context", payload)

    def _compacted(self) -> list[Record]:
        if self._context < _FULL:
            return []
        self._context = self._ids.between(20_000, 26_000)
        return [
            self._record("compacted", {"message": "The settings are in place.", "replacement_history": []}),
            self._event("context_compacted"),
        ]

    def _end(self, text: str) -> list[Record]:
        took = {"completed_at": int(self._at), "duration_ms": round((self._at - self._began) * 1000)}
        return [
            *self._spoken(text, "final_answer"),
            self._spent(),
            self._event("task_complete", last_agent_message=text, **took),
        ]

    def _interrupt(self) -> list[Record]:
        rows: list[Record] = []
        if self._open is not None:
            (call_id, _), self._open = self._open, None
            rows.append(
                self._item("function_call_output", call_id=call_id, output="Wall time: 4.0 seconds\naborted by user")
            )
        took = {"completed_at": int(self._at), "duration_ms": round((self._at - self._began) * 1000)}
        return [*rows, self._said(_ABORTED), self._event("turn_aborted", reason="interrupted", **took)]

    def _reply(self, files: Mapping[str, str], text: str, code: int) -> list[Record]:
        if self._open is None and self._story.plans_first:
            return self._prompt("Implement the plan.")
        return self._close(files, text, code)

    # Usage

    def _spent(self) -> Record:
        weight = self._story.weight
        cached, out = self._context, self._ids.between(60, 900) * weight
        fresh = self._ids.between(200, 1800) * weight
        self._context += fresh + out
        last = {"input_tokens": cached + fresh, "cached_input_tokens": cached, "output_tokens": out}
        last |= {"reasoning_output_tokens": out // 3, "total_tokens": cached + fresh + out}
        self._total = {name: self._total.get(name, 0) + figure for name, figure in last.items()}
        info = {"total_token_usage": self._total, "last_token_usage": last, "model_context_window": _WINDOW}
        return self._event("token_count", info=info, rate_limits=self._rates(None))

    def _limits(self, reached: str) -> Record:
        return self._event("token_count", info=None, rate_limits=self._rates(reached))

    def _rates(self, reached: str | None) -> Record:
        first = {"used_percent": 100.0 if reached else 31.0, "window_minutes": 300, "resets_at": int(self._at) + 5400}
        week = {"used_percent": 44.0, "window_minutes": 10080, "resets_at": int(self._at) + 302_400}
        return {"limit_id": "codex", "primary": first, "secondary": week, "rate_limit_reached_type": reached}

    # Calls

    def _begin(self, call: AnyCall) -> list[Record]:
        rows = self._spoken(call.say, "commentary") if call.say else []
        call_id = self._ids.word("call_", 24)
        self._open = call_id, call
        if isinstance(call, beats.Edit):
            patch = self._patch(call)
            item = self._item(
                "custom_tool_call",
                id=self._ids.word("ctc_"),
                status="completed",
                call_id=call_id,
                name="apply_patch",
                input=patch,
            )
            return [*rows, item]
        name, arguments = self._function(call)
        given = json.dumps(arguments)
        return [
            *rows,
            self._item("function_call", id=self._ids.word("fc_"), name=name, arguments=given, call_id=call_id),
        ]

    def _function(self, call: AnyCall) -> tuple[str, Record]:
        match call:
            case beats.Shell(command=command, leave=leave):
                asks = {"sandbox_permissions": "require_escalated", "justification": leave} if leave else {}
                return "exec_command", {"cmd": command, "workdir": self._cwd, "yield_time_ms": 10000, **asks}
            case beats.Commit(message=message):
                return "exec_command", {"cmd": f"git add -A && git commit -qm '{message}'", "workdir": self._cwd}
            case beats.Look(path=path):
                return "exec_command", {"cmd": f"sed -n '1,200p' {path}", "workdir": self._cwd}
            case beats.Reach(done=done):
                states = ["completed"] * done + ["in_progress"] + ["pending"] * len(self._story.steps)
                steps = [
                    {"step": step, "status": state} for step, state in zip(self._story.steps, states, strict=False)
                ]
                return "update_plan", {"plan": steps}
            case beats.Ask(question=question, options=options):
                choices = [{"label": option, "description": option} for option in options]
                asked = {"id": "decision", "header": "Decision", "question": question, "options": choices}
                return "request_user_input", {"questions": [asked]}
            case beats.Edit() | beats.Propose():
                raise ValueError("neither is a function of Codex's")
            case _:
                assert_never(call)

    def _patch(self, call: beats.Edit) -> str:
        body = hunk(call.old, call.new).split("\n", 1)[1]
        head = f"Update File: {call.path}\n@@" if call.old else f"Add File: {call.path}"
        return f"*** Begin Patch\n*** {head}\n{body}\n*** End Patch\n"

    def _close(self, files: Mapping[str, str], reply: str = "", code: int = 0) -> list[Record]:
        if self._open is None:
            raise ValueError(f"{self._story.branch}: the script answers a call that is not open")
        (call_id, call), self._open = self._open, None
        if isinstance(call, beats.Edit):
            return self._patched(call_id, call)
        output = self._item("function_call_output", call_id=call_id, output=self._output(call, files, reply, code))
        return [output, self._spent()]

    def _output(self, call: AnyCall, files: Mapping[str, str], reply: str, code: int) -> str:
        match call:
            case beats.Shell(output=output, code=own):
                return self._ran(reply or output, code or own, call.takes or 1.0)
            case beats.Look(path=path):
                return self._ran(files[path], 0, 0.1)
            case beats.Reach():
                return "Plan updated"
            case beats.Ask():
                return json.dumps({"answers": {"decision": {"answers": [reply]}}})
            case beats.Commit() | beats.Edit() | beats.Propose():
                return self._ran("", 0, 0.2)
            case _:
                assert_never(call)

    def _ran(self, output: str, code: int, took: float) -> str:
        chunk = f"{self._ids.between(0, 0xFFFFFF):06x}"
        head = f"Chunk ID: {chunk}\nWall time: {took:.4f} seconds\nProcess exited with code {code}"
        return f"{head}\nOriginal token count: {len(output) // 4}\nOutput:\n{output}"

    def _patched(self, call_id: str, call: beats.Edit) -> list[Record]:
        path = f"{self._cwd}/{call.path}"
        change = {"type": "update", "unified_diff": hunk(call.old, call.new), "move_path": None}
        letter = "M" if call.old else "A"
        said = f"Success. Updated the following files:\n{letter} {path}\n"
        done: Record = {"stdout": said, "stderr": "", "success": True}
        done["changes"] = {path: change if call.old else {"type": "add", "content": call.new}}
        output = f"Exit code: 0\nWall time: 0 seconds\nOutput:\n{said}"
        return [
            self._event("patch_apply_end", call_id=call_id, turn_id=self._turn, **done),
            self._item("custom_tool_call_output", call_id=call_id, output=output),
            self._spent(),
        ]
