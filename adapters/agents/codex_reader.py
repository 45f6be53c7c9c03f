"""Reads the lines of one Codex rollout into events.

A forked or spawned thread repeats its parent's history in its own log; nothing of that repetition is told again. A
subagent's log belongs to the run that spawned it: of it only work, files, questions and usage are told.
"""

import re
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from adapters.agents import codex_context
from adapters.agents.codex_lines import PADDING, Record, Unread, decoded, seconds
from adapters.agents.codex_records import (
    QUIET_ITEMS,
    Context,
    Done,
    Head,
    Item,
    Metered,
    Note,
    Nothing,
    is_quiet,
    mapping,
    path_of,
    text_of,
)
from adapters.agents.codex_replay import Replay
from adapters.agents.codex_turns import SAID, Turns
from adapters.agents.codex_usage import Meter, service_tier
from adapters.agents.codex_work import Where, Work
from adapters.agents.context_notes import knows, server_of, text_id, told_of
from adapters.agents.strict_lines import DAMAGED, is_text
from adapters.agents.tool_calls import name_line, said_line
from state.money.spending import Terms
from state.runs import event as ev
from state.runs.run import Origin, Usage, run_key
from state.text import clean

AGENT = "codex"
_COUNTED = frozenset({"event_msg", "token_usage_record"})
"""Kinds of record that may tell usage."""
_PLACE = re.compile(r"<cwd>([^<]+)</cwd>")


class Memory(Struct):
    """What a reader must know of the lines before: saved as JSON with each checkpoint."""

    found: bool = False
    thread: str | None = None
    bare: bool = False
    cwd: str | None = None
    version: str | None = None
    model: str | None = None
    mode: str | None = None
    may_ask: bool = True
    spawned: bool = False
    one_shot: bool = False
    """Its client is `codex exec`, which ends with its turn."""
    window: int | None = None
    tier: str | None = None
    tier_known: bool = False
    plan: bool = False
    context: tuple[int, int | None] | None = None
    begun: float | None = None
    """When the thread's own first record was written."""
    newest: float = 0.0
    """The latest time that a record claimed."""
    parts: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """What was told of the context."""
    replay: Replay = msgspec.field(default_factory=Replay)
    turns: Turns = msgspec.field(default_factory=Turns)
    work: Work = msgspec.field(default_factory=Work)
    meter: Meter = msgspec.field(default_factory=Meter)


_RESTORE = msgspec.json.Decoder(Memory)


class CodexReader:
    """Turns the lines of one rollout into events; `run` is the run that they belong to."""

    def __init__(self, log: str, session: str, thread: str | None, side: bool, saved: str) -> None:
        self.run = run_key(AGENT, session)
        self._log, self._session, self._side = log, clean(session, SAID), side
        self._named = name_line(thread) if thread else None
        self._fallback = self._named or name_line(session)
        self._memory = _restored(saved)
        self._told: list[ev.Event] = []
        self._late = False
        self._where = Where(self.run, Origin(log, 0), side)

    def save(self) -> str:
        """Give the memory as JSON."""
        return msgspec.json.encode(self._memory).decode()

    def read(self, line: bytes, offset: int) -> Sequence[ev.Event]:
        """Give the events of one line; an empty one has none."""
        line = line.strip(PADDING)
        if not line:
            return ()
        self._told = []
        record = decoded(line)
        self._where = Where(self.run, Origin(self._log, offset, record.at), self._side)
        self._late = record.at is not None and record.at < self._memory.newest
        if record.at is not None and not self._late:
            self._memory.newest = record.at
        if not self._memory.found and not (isinstance(record, Record) and isinstance(record.payload, Head)):
            self._announce(None, None)
        if isinstance(record, Unread):
            self._puzzle(record.kind, record.why)
            return self._told
        if record.kind in _COUNTED and not is_text(line):
            self._puzzle(record.kind, DAMAGED)
        if isinstance(record.payload, Head) or not self._memory.replay.covers(record):
            self._take(record)
        elif isinstance(record.payload, Note) and record.payload.info:
            shrinks = self._memory.meter.shrinks(record.payload.info)
            self._memory.meter.skip(record.payload.info)
            if shrinks:
                self._puzzle(record.kind, "a running total of the history shrank: lines are doubled or moved")
        return self._told

    def _take(self, record: Record) -> None:
        self._memory.bare = self._memory.bare or record.bare
        if record.odd:
            self._puzzle(record.kind, f"unexpected shape of {', '.join(record.odd)}")
        match record.payload:
            case Head() as head:
                self._meet(head, record)
            case Context() as context:
                self._enter(context)
            case Item() as item:
                self._take_item(item)
            case Note() as note:
                self._take_note(note)
            case Metered() as metered:
                if not self._is_late(record.kind):
                    self._tell_usage(self._memory.meter.measure(metered, self._memory.thread))
            case Nothing():
                self._compact(record.kind)

    def _puzzle(self, kind: str, why: str) -> None:
        self._tell_all([ev.LineNotUnderstood(self.run, self._where.origin, clean(kind, 80), clean(why, SAID))])

    def _tell(self, events: Iterable[ev.Event]) -> None:
        """Tell what is true of the run as a whole, which a subagent's log does not say."""
        told = list(events)
        if not self._side:
            self._told += told

    def _tell_all(self, events: Iterable[ev.Event]) -> None:
        self._told.extend(events)

    @property
    def _thread(self) -> str:
        return self._memory.thread or self._fallback

    # Who it is

    def _announce(self, forked: str | None, headless: bool | None) -> None:
        self._memory.found = True
        parent = run_key(AGENT, name_line(forked)) if forked else None
        self._tell_all([ev.RunFound(self.run, self._where.origin, AGENT, self._session, parent, headless)])

    def _meet(self, head: Head, record: Record) -> None:
        """Take the thread's name from its first `session_meta`; where history is repeated, others' follow."""
        memory, thread = self._memory, name_line(head.id or self._fallback)
        if memory.thread is None:
            if memory.found:
                self._puzzle(record.kind, "it is not the first record: lines are missing or moved")
            memory.thread, memory.begun = thread, record.at
            if self._named not in (None, thread):
                self._puzzle(record.kind, "the file's name says another thread than its first record")
            memory.meter.child = head.inherits or bool(head.history_base)
            born = seconds(head.timestamp)
            memory.replay.begin(thread, record.at if born is None else born, head.inherits)
            self._announce(*((None, None) if self._side else (head.forked_from_id, head.headless)))
            memory.one_shot = head.headless is True and not self._side
            self._spawn(head.known_as)
        elif thread != memory.thread:
            if not memory.replay.going:
                self._puzzle(record.kind, "it names another thread in the middle of this one's records")
            return
        elif record.at is not None and record.at == memory.begun:
            self._puzzle(record.kind, "it was there before: lines are doubled")
        if head.cli_version and (version := clean(head.cli_version, 80)) != memory.version:
            memory.version = version
            self._tell([ev.VersionNoted(self.run, self._where.origin, version)])
        if head.base_instructions and head.base_instructions.text:
            self._note([("loaded", "base instructions", text_id(head.base_instructions.text))])
        branch = head.git.branch if head.git else None
        self._go(head.cwd, None if branch == "HEAD" else branch)

    def _spawn(self, text: str = "") -> None:
        if self._side and not self._memory.spawned:
            self._memory.spawned = True
            self._tell_all([ev.SubagentBegun(self.run, self._where.origin, self._thread, clean(text, 120))])

    def _settle(self) -> None:
        """Take note that a turn is over."""
        self._memory.work.forget()
        if self._memory.one_shot:
            self._tell([ev.RunEnded(self.run, self._where.origin, "codex exec ends with its turn")])
        if self._side and self._memory.spawned:
            self._memory.spawned = False
            self._tell_all([ev.SubagentEnded(self.run, self._where.origin, self._thread)])

    # What holds for a turn

    def _go(self, place: str | None, branch: str | None) -> None:
        cwd = path_of(place)
        if cwd and (cwd := clean(cwd)) != self._memory.cwd:
            self._memory.cwd = cwd
            self._tell([ev.PlaceEntered(self.run, self._where.origin, cwd, clean(branch, SAID) if branch else None)])

    def _enter(self, context: Context) -> None:
        memory = self._memory
        self._go(context.cwd, None)
        if context.model and (model := clean(context.model, 120)) != memory.model:
            memory.model = model
            self._tell([ev.ModelUsed(self.run, self._where.origin, model)])
        memory.may_ask = context.approval_policy != "never" and context.approvals_reviewer in (None, "user")
        memory.turns.planning = context.reads_only
        if (mode := clean(context.words, 80)) and mode != memory.mode:
            memory.mode = mode
            self._tell([ev.ModeEntered(self.run, self._where.origin, mode)])

        self._note(codex_context.of_turn(context))

    def _note(self, parts: Iterable[codex_context.Told]) -> None:
        """Tell parts of the context that say something new."""
        known, origin = self._memory.parts, self._where.origin
        self._tell(event for told in parts for event in told_of(known, self.run, origin, *told))

    def _compact(self, kind: str) -> None:
        if kind == "compacted":
            self._memory.turns.no_answer_due = True
            self._tell([ev.ContextCompacted(self.run, self._where.origin, "history replaced by a summary")])

    # Records

    def _take_item(self, item: Item) -> None:
        memory = self._memory
        match item.type:
            case "function_call" | "custom_tool_call" | "local_shell_call":
                self._tell(memory.turns.release(self._where))
                if (server := server_of(item.namespace)) and not knows(memory.parts, "mcp", server):
                    self._note([("mcp", server, "used")])
                self._tell_all(memory.work.begin(item, self._where, memory.cwd, memory.may_ask))
            case "function_call_output" | "custom_tool_call_output":
                self._tell_all(memory.work.answer(item, self._where))
            case "message":
                self._take_message(item)
            case None if item.role:
                self._take_message(item)
            case _ if item.type not in QUIET_ITEMS:
                self._puzzle(f"response_item/{item.type}", "a type of item that this version does not know")
            case _:
                return

    def _take_message(self, item: Item) -> None:
        """Take words as they were sent to or came from the model; in the bare schema there are no others."""
        memory, turns = self._memory, self._memory.turns
        if not turns.heard and item.role in ("user", "developer"):
            self._note(codex_context.of_message(item))
        if item.role == "user":
            if memory.bare and (place := _PLACE.search(text_of(item.content))):
                self._go(place[1], None)
            turns.hold(item)
        if item.role == "assistant" or memory.bare:
            self._tell(turns.release(self._where))
        if item.role == "assistant" and memory.bare:
            self._tell(turns.speak(text_of(item.content), self._where))

    def _take_note(self, note: Note) -> None:
        turns, where = self._memory.turns, self._where
        match note.type:
            case "task_started" | "turn_started":
                self._memory.window = note.model_context_window or self._memory.window
                self._tell(turns.begin(note, where))
                self._spawn()
            case "task_complete" | "turn_complete":
                self._tell(turns.complete(note.last_agent_message, where))
                self._settle()
            case "turn_aborted":
                self._tell(turns.abort(note.reason, where))
                self._settle()
            case "token_count":
                self._count(note)
            case "user_message":
                if note.kind in (None, "plain"):
                    self._tell(turns.hear(note.message or "", where))
            case "agent_message":
                self._tell(turns.release(where))
                self._tell(turns.speak(note.message or "", where))
            case "item_completed":
                self._take_done(note.item or Done())
            case _:
                self._take_rest(note)

    def _take_done(self, done: Done) -> None:
        turns, where = self._memory.turns, self._where
        match done.type:
            case "UserMessage":
                self._tell(turns.hear(text_of(done.content), where))
            case "AgentMessage":
                self._tell(turns.release(where))
                self._tell(turns.speak(text_of(done.content), where))
            case "Plan":
                self._tell(turns.propose(done.text or "", where))
            case _:
                self._tell_all(self._memory.work.finish(done, where))

    def _take_rest(self, note: Note) -> None:
        work, where = self._memory.work, self._where
        match note.type:
            case "patch_apply_end":
                if note.success is not False:
                    self._tell_all(work.change(name_line(note.call_id), note.changes, where))
            case "mcp_tool_call_end":
                self._tell_all(work.fail_remote(note, where))
            case "web_search_end":
                self._tell_all(work.search(note, where))
            case "entered_review_mode":
                self._memory.turns.no_answer_due = True
                self._note([("agent", "", "review")])
            case "exited_review_mode":
                self._note([("agent", "", None)])
            case "thread_name_updated":
                if title := said_line((note.thread_name or "").strip(), SAID):
                    self._tell([ev.TitleGiven(self.run, where.origin, title, "agent")])
            case "thread_settings_applied":
                self._memory.tier, self._memory.tier_known = service_tier(note), True
            case "error" | "stream_error":
                kind = "rate_limit" if note.codex_error_info == "usage_limit_exceeded" else "error"
                text = said_line(note.message or "", SAID)
                self._tell_all([ev.CallFailed(self.run, where.origin, kind, text, note.type == "stream_error")])
            case _ if not is_quiet(note.type):
                self._puzzle(f"event_msg/{note.type}", "a type of event that this version does not know")
            case _:
                return

    # Usage and limits

    def _count(self, note: Note) -> None:
        memory, info = self._memory, note.info
        memory.plan = memory.plan or bool(note.rate_limits and note.rate_limits.plan_type)
        if info and not (self._is_late("event_msg/token_count") and memory.meter.shrinks(info)):
            self._tell_usage(memory.meter.grow(info, self._thread))
            memory.window = info.model_context_window or memory.window
            if info.last_token_usage and (now := (info.last_token_usage.total_tokens, memory.window)) != memory.context:
                memory.context = now
                self._tell([ev.ContextMeasured(self.run, self._where.origin, *now)])
        if note.rate_limits:
            reached = note.rate_limits.rate_limit_reached_type
            limit = clean(str(mapping(reached).get("type", reached)), 80) if reached else None
            self._tell_all(memory.turns.reach(limit, self._where))

    def _is_late(self, kind: str) -> bool:
        """Say whether usage is older than a record before it, and tell of that: a log is written in the order of time.

        Source: none of 1362 counts in the shared corpus is.
        """
        if late := self._late:
            self._puzzle(kind, "it is older than a record before it: lines are doubled or moved")
        return late

    def _tell_usage(self, measured: tuple[str, Usage] | None) -> None:
        if measured:
            key, usage = measured
            model, origin = self._memory.model, self._where.origin
            self._tell_all(
                [ev.RequestMetered(self.run, origin, clean(key, SAID), model, usage, self._side, self._terms(usage))]
            )

    def _terms(self, usage: Usage) -> Terms:
        """On which terms the calls of now are made; no record tells how long a cache write lives."""
        memory = self._memory
        return Terms(
            tier=memory.tier,
            plan=memory.plan,
            tier_known=memory.tier_known,
            lifetime_known=not usage.cache_write_5m,
        )


def _restored(saved: str) -> Memory:
    try:
        return _RESTORE.decode(saved) if saved else Memory()
    except (ValueError, RecursionError):
        return Memory()
