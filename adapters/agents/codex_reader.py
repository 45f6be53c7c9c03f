"""Reads the lines of one Codex rollout into events.

A forked or spawned thread repeats its parent's history in its own log; nothing of that repetition is told again. A
subagent's log belongs to the run that spawned it: of it only work, files, questions and usage are told.
"""

import re
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from adapters.agents.codex_records import (
    QUIET_ITEMS,
    QUIET_NOTES,
    Context,
    Done,
    Head,
    Item,
    Metered,
    Note,
    Nothing,
    Record,
    Unread,
    decoded,
    mapping,
    path_of,
    seconds,
    text_of,
)
from adapters.agents.codex_usage import Meter
from adapters.agents.codex_work import Where, Work
from adapters.agents.tool_calls import name_line
from state.runs import event as ev
from state.runs.run import Origin, TurnEnd, run_key
from state.text import clean

AGENT = "codex"
_PROMPT = 2000
_PLANNED = 8000
_SPOKEN = 300
_TURN_STARTS = ("task_started", "turn_started")
_BURST = 1.0
"""Seconds after its birth in which a child thread writes its parent's history down, where no turn id tells."""
_INJECTED = re.compile(r"\s*(?:<[a-zA-Z_][\w -]*>|# AGENTS\.md instructions)")
_CWD = re.compile(r"<cwd>([^<]+)</cwd>")
_WRAPPED = "## My request for Codex:"
_PLAN = re.compile(r"<proposed_plan>(.*?)(?:</proposed_plan>|\Z)", re.DOTALL)
_CLOCKED = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-7")
_ABORTS: dict[str | None, TurnEnd] = {"review_ended": "done", "budget_limited": "limit"}


class Memory(Struct):
    """What a reader must know of the lines before: saved as JSON with each checkpoint."""

    found: bool = False
    thread: str | None = None
    born: float | None = None
    bare: bool = False
    replay: bool = False
    clocked: bool = False
    cwd: str | None = None
    version: str | None = None
    model: str | None = None
    mode: str | None = None
    may_ask: bool = True
    spawned: bool = False
    turn: str | None = None
    prompted: bool = False
    no_answer_due: bool = False
    planned: str | None = None
    proposed: bool = False
    held: str | None = None
    heard: bool = False
    limit: str | None = None
    window: int | None = None
    context: tuple[int, int | None] | None = None
    meter: Meter = msgspec.field(default_factory=Meter)
    work: Work = msgspec.field(default_factory=Work)


_RESTORE = msgspec.json.Decoder(Memory)


class CodexReader:
    """Turns the lines of one rollout into events; `run` is the run that they belong to."""

    def __init__(self, log: str, session: str, thread: str | None, side: bool, saved: str) -> None:
        self.run = run_key(AGENT, session)
        self._log, self._session, self._side = log, clean(session, _SPOKEN), side
        self._fallback = name_line(thread or session)
        self._memory = _restored(saved)
        self._told: list[ev.Event] = []
        self._origin = Origin(log, 0)

    def save(self) -> str:
        """Give the memory as JSON."""
        return msgspec.json.encode(self._memory).decode()

    def read(self, line: bytes, offset: int) -> Sequence[ev.Event]:
        """Give the events of one line; an empty one has none."""
        line = line.strip()
        if not line:
            return ()
        self._told = []
        record = decoded(line)
        self._origin = Origin(self._log, offset, record.at)
        if not self._memory.found and not (isinstance(record, Record) and isinstance(record.payload, Head)):
            self._announce(None, None)
        if isinstance(record, Unread):
            self._puzzle(record.kind, record.why)
        else:
            self._take(record)
        return self._told

    def _take(self, record: Record) -> None:
        if self._repeats(record):
            return
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
                self._tell_usage(self._memory.meter.measure(metered, self._thread))
            case Nothing():
                self._compact(record.kind)

    def _puzzle(self, kind: str, why: str) -> None:
        self._told.append(ev.LineNotUnderstood(self.run, self._origin, clean(kind, 80), clean(why, 200)))

    def _tell(self, *events: ev.Event) -> None:
        """Tell what is true of the run as a whole, which a subagent's log does not say."""
        if not self._side:
            self._told.extend(events)

    def _tell_all(self, events: Iterable[ev.Event]) -> None:
        self._told.extend(events)

    @property
    def _thread(self) -> str:
        return self._memory.thread or self._fallback

    @property
    def _where(self) -> Where:
        return Where(self.run, self._origin, self._side)

    # Who it is, and whose history it repeats

    def _announce(self, forked: str | None, headless: bool | None) -> None:
        self._memory.found = True
        parent = run_key(AGENT, forked) if forked else None
        self._told.append(ev.RunFound(self.run, self._origin, AGENT, self._session, parent, headless))

    def _meet(self, head: Head, record: Record) -> None:
        memory, thread = self._memory, name_line(head.id or self._fallback)
        if memory.thread is None:
            memory.thread, memory.bare = thread, record.bare
            memory.born = seconds(head.timestamp) or record.at
            memory.meter.child = head.inherits
            memory.replay = memory.meter.child and memory.born is not None
            self._announce(*((None, None) if self._side else (head.forked_from_id, head.headless)))
            self._spawn(head.agent_nickname or head.agent_role or "")
        elif thread != memory.thread:
            return
        if head.cli_version and (version := clean(head.cli_version, 80)) != memory.version:
            memory.version = version
            self._tell(ev.VersionNoted(self.run, self._origin, version))
        self._go(head.cwd, head.git.branch if head.git else None)

    def _spawn(self, text: str = "") -> None:
        if self._side and not self._memory.spawned:
            self._memory.spawned = True
            self._told.append(ev.SubagentBegun(self.run, self._origin, self._thread, clean(text, 120)))

    def _go(self, place: str | None, branch: str | None) -> None:
        cwd = path_of(place)
        if cwd and (cwd := clean(cwd)) != self._memory.cwd:
            self._memory.cwd = cwd
            self._tell(ev.PlaceEntered(self.run, self._origin, cwd, clean(branch, 400) if branch else None))

    def _repeats(self, record: Record) -> bool:
        """Say whether this record is the parent's history, told again; of it only the running total is kept."""
        memory = self._memory
        if not memory.replay or isinstance(record.payload, Head):
            return False
        if self._is_own(record, memory.born or 0.0):
            memory.replay = False
            return False
        if isinstance(record.payload, Note) and record.payload.info:
            memory.meter.skip(record.payload.info)
        return True

    def _is_own(self, record: Record, born: float) -> bool:
        """Say whether a record is the child's own: its turn began after the child did; newer ids carry a clock."""
        memory, turn = self._memory, record.payload
        if isinstance(turn, Context) or (isinstance(turn, Note) and turn.type in _TURN_STARTS):
            began, birth = _clock(turn.turn_id), _clock(memory.thread)
            if began is not None and birth is not None:
                memory.clocked = True
                return began >= birth
            if isinstance(turn, Note) and turn.started_at is not None:
                memory.clocked = True
                return turn.started_at >= int(born)
        return not memory.clocked and record.at is not None and record.at > born + _BURST

    # What holds for a turn, and its begin and end

    def _enter(self, context: Context) -> None:
        memory = self._memory
        self._go(context.cwd, None)
        if context.model and (model := clean(context.model, 120)) != memory.model:
            memory.model = model
            self._tell(ev.ModelUsed(self.run, self._origin, model))
        policy = context.approval_policy
        memory.may_ask = policy != "never" and context.approvals_reviewer in (None, "user")
        words = [policy if isinstance(policy, str) else "granular" if mapping(policy) else ""]
        if context.collaboration_mode and context.collaboration_mode.mode not in (None, "default"):
            words.append(context.collaboration_mode.mode or "")
        if (mode := clean(", ".join(word for word in words if word), 80)) and mode != memory.mode:
            memory.mode = mode
            self._tell(ev.ModeEntered(self.run, self._origin, mode))

    def _begin_turn(self, note: Note) -> None:
        memory, turn = self._memory, clean(note.turn_id or "?", 80)
        if memory.turn is not None and memory.turn != turn:
            self._end_turn("interrupted", "its log breaks off in the middle of the turn")
        memory.turn, memory.planned = turn, None
        memory.prompted = memory.no_answer_due = False
        memory.limit, memory.window = None, note.model_context_window or memory.window
        self._spawn()
        self._tell(ev.TurnBegun(self.run, self._origin))

    def _complete_turn(self, answer: str | None) -> None:
        """End a turn. Without an answer it broke, unless its task gives none; no record tells of the error itself."""
        memory = self._memory
        if answer is not None or (memory.no_answer_due and not memory.prompted):
            self._end_turn("done", answer or "")
        elif memory.limit:
            self._end_turn("limit", f"limit reached: {memory.limit}")
        else:
            self._end_turn("failed", "it ended without an answer, and its log does not say why")

    def _end_turn(self, end: TurnEnd, text: str) -> None:
        memory = self._memory
        self._tell(ev.TurnEnded(self.run, self._origin, end, clean(text, _SPOKEN)))
        if memory.planned is not None and end == "done":
            self._tell(ev.HumanAsked(self.run, self._origin, "plan", memory.planned))
        if self._side and memory.spawned:
            memory.spawned = False
            self._told.append(ev.SubagentEnded(self.run, self._origin, self._thread))
        memory.turn = memory.planned = None
        memory.work.forget()

    def _compact(self, kind: str) -> None:
        if kind == "compacted":
            self._memory.no_answer_due = True
            self._tell(ev.ContextCompacted(self.run, self._origin, "history replaced by a summary"))

    # Words

    def _hear(self, text: str) -> None:
        """Tell a human's words; what a client puts around or before them is left out."""
        memory, words = self._memory, text.rpartition(_WRAPPED)[2].strip()
        memory.held, memory.prompted = None, True
        if memory.proposed:
            memory.proposed = False
            if words.startswith("Implement the plan"):
                self._tell(ev.PlanShown(self.run, self._origin, "approved"))
        self._tell(ev.PromptGiven(self.run, self._origin, clean(words, _PROMPT)))

    def _speak(self, text: str) -> None:
        self._release()
        if plan := _PLAN.search(text):
            self._propose(plan[1])
            text = _PLAN.sub("", text)
        if text.strip():
            self._tell(ev.AgentSpoke(self.run, self._origin, clean(text.strip(), _SPOKEN)))

    def _propose(self, plan: str) -> None:
        text = clean(plan.strip(), _PLANNED)
        self._memory.planned, self._memory.proposed = clean(text, _SPOKEN), True
        self._tell(ev.PlanShown(self.run, self._origin, "proposed", text))

    def _release(self) -> None:
        """Tell words that stand only among what was sent to the model: no event of the client's confirmed them."""
        if self._memory.held and not self._memory.heard:
            self._hear(self._memory.held)
        self._memory.held = None

    def _take_message(self, item: Item) -> None:
        memory, text = self._memory, text_of(item.content)
        if item.role == "assistant":
            self._release() if not memory.bare else self._speak(text)
        elif item.role == "user" and text.lstrip().startswith("<user_shell_command"):
            memory.no_answer_due = True
        elif item.role == "user" and memory.bare and (place := _CWD.search(text)):
            self._go(place[1], None)
        elif item.role == "user" and text.strip() and not _INJECTED.match(text):
            memory.held = clean(text, _PROMPT)
            if memory.bare:
                self._release()

    # Records

    def _take_item(self, item: Item) -> None:
        match item.type:
            case "function_call" | "custom_tool_call" | "local_shell_call":
                self._release()
                self._tell_all(self._memory.work.begin(item, self._where, self._memory.cwd, self._memory.may_ask))
            case "function_call_output" | "custom_tool_call_output":
                self._tell_all(self._memory.work.answer(item, self._where))
            case "message":
                self._take_message(item)
            case None if item.role:
                self._take_message(item)
            case _ if item.type not in QUIET_ITEMS:
                self._puzzle(f"response_item/{item.type}", "a type of item that this version does not know")
            case _:
                return

    def _take_note(self, note: Note) -> None:
        match note.type:
            case "task_started" | "turn_started":
                self._begin_turn(note)
            case "task_complete" | "turn_complete":
                self._complete_turn(note.last_agent_message)
            case "turn_aborted":
                self._end_turn(_ABORTS.get(note.reason, "interrupted"), note.reason or "")
            case "token_count":
                self._count(note)
            case "user_message" | "agent_message" | "item_completed" | "thread_name_updated":
                self._take_words(note)
            case "patch_apply_end" | "mcp_tool_call_end" | "web_search_end" | "entered_review_mode":
                self._take_work(note)
            case "error" | "stream_error":
                limit = note.codex_error_info == "usage_limit_exceeded"
                self._fail("rate_limit" if limit else "error", note.message or "", note.type == "stream_error")
            case _ if note.type not in QUIET_NOTES:
                self._puzzle(f"event_msg/{note.type}", "a type of event that this version does not know")
            case _:
                return

    def _take_words(self, note: Note) -> None:
        match note.type:
            case "user_message" if note.kind in (None, "plain"):
                self._memory.heard = True
                self._hear(note.message or "")
            case "agent_message":
                self._speak(note.message or "")
            case "thread_name_updated" if note.thread_name and note.thread_name.strip():
                title = clean(note.thread_name.strip(), _SPOKEN)
                self._tell(ev.TitleGiven(self.run, self._origin, title, "agent"))
            case "item_completed" if note.item:
                self._take_done(note.item)
            case _:
                return

    def _take_done(self, done: Done) -> None:
        match done.type:
            case "UserMessage":
                self._memory.heard = True
                self._hear(text_of(done.content))
            case "AgentMessage":
                self._speak(text_of(done.content))
            case "Plan" if done.text and done.text.strip():
                self._propose(done.text)
            case _:
                self._tell_all(self._memory.work.finish(done, self._where))

    def _take_work(self, note: Note) -> None:
        work = self._memory.work
        match note.type:
            case "patch_apply_end" if note.success is not False:
                self._tell_all(work.change(name_line(note.call_id), note.changes, self._where))
            case "mcp_tool_call_end":
                self._tell_all(work.fail_remote(note, self._where))
            case "web_search_end":
                self._tell_all(work.search(note, self._where))
            case "entered_review_mode":
                self._memory.no_answer_due = True
            case _:
                return

    # Usage and limits

    def _count(self, note: Note) -> None:
        memory, info = self._memory, note.info
        if info:
            self._tell_usage(memory.meter.grow(info, self._thread))
            memory.window = info.model_context_window or memory.window
            if info.last_token_usage and (now := (info.last_token_usage.total_tokens, memory.window)) != memory.context:
                memory.context = now
                self._tell(ev.ContextMeasured(self.run, self._origin, *now))
        reached = note.rate_limits.rate_limit_reached_type if note.rate_limits else memory.limit
        limit = clean(str(mapping(reached).get("type", reached)), 80) if reached else None
        if limit and limit != memory.limit:
            self._fail("rate_limit", limit.replace("_", " "), False)
        memory.limit = limit

    def _fail(self, kind: str, text: str, retrying: bool) -> None:
        self._told.append(ev.CallFailed(self.run, self._origin, kind, clean(text, _SPOKEN), retrying))

    def _tell_usage(self, measured: tuple[str, ev.Usage] | None) -> None:
        if measured:
            key, usage = measured
            self._told.append(
                ev.RequestMetered(self.run, self._origin, clean(key, 400), self._memory.model, usage, self._side)
            )


def _restored(saved: str) -> Memory:
    try:
        return _RESTORE.decode(saved) if saved else Memory()
    except (ValueError, RecursionError):
        return Memory()


def _clock(name: str | None) -> int | None:
    """Give the milliseconds in a UUID of version 7, or None for any other name (RFC 9562, 5.7)."""
    found = _CLOCKED.match(name or "")
    return int(found[1] + found[2], 16) if found else None
