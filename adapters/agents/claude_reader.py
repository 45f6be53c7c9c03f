"""Reads a Claude Code log line by line: one record to the events that it makes true.

Records of subagents (`isSidechain`) tell of their own work only: calls, files, usage. Metadata records (titles, modes)
are written again on resume and on exit, so they carry no time and are never activity.
"""

from collections.abc import Sequence

from adapters.agents.claude_calls import Calls
from adapters.agents.claude_context import Context
from adapters.agents.claude_memory import Memory, kept, restored
from adapters.agents.claude_record import Block, Message, OddRecord, Record, Row, Said, Tokens, read_record, seconds
from adapters.agents.claude_result import Part
from adapters.agents.claude_turns import ENDS, SAID, Turns
from adapters.agents.claude_usage import call_name, counted, terms, window
from adapters.agents.loose import parted
from adapters.agents.plan_file import prose, sha, shows_plan
from adapters.agents.strict_lines import DAMAGED, is_text, is_torn
from adapters.agents.tool_calls import name_line, said_line
from state.runs import event as ev
from state.runs.run import Origin, RunKey, TitleFrom, run_key
from state.text import clean

AGENT = "claude-code"
_SYNTHETIC = "<synthetic>"
_ENVELOPE = '{"parentUuid":'
"""How every record of a conversation begins, and nothing inside one."""
_LONG_LINE = 64 * 1024
_LONG_NAME = 4096
"""No path or id is longer (PATH_MAX); what the reader remembers of a log must stay small."""
_QUIET = frozenset(
    {"progress", "last-prompt", "tag", "agent-name", "agent-color", "mode", "pr-link", "frame-link"}
    | {"worktree-state", "relocated", "content-replacement", "file-history-snapshot", "file-history-delta"}
    | {"attribution-snapshot", "tools-used", "speculation-accept", "atis-latch", "session-owner"}
    | {"isolation-latch", "memory-mode", "bridge-session", "host-row", "derived-from", "fork-context-ref"}
)
"""Record types that are known and tell nothing of a run (to 2.1.330)."""
_QUIET_FAMILIES = ("data-flow-", "api-request")


class ClaudeReader:
    """The reader of one Claude Code log; `side` says that the whole log is a subagent's."""

    def __init__(self, session: str, parent: str | None, log: str, side: bool, saved: str) -> None:
        self.run: RunKey = run_key(AGENT, session)
        self._session = clean(session, SAID)
        self._parent = run_key(AGENT, parent) if parent else None
        self._log = log
        self._side = side
        # The agents of a workflow have no call of their own that begins them: their logs alone tell of them.
        self._lone = name_line(log.rpartition("/")[2][:-6]) if side and "/workflows/" in log else None
        self._memory: Memory = restored(saved)
        self._calls = Calls(self.run, self._memory)
        self._turns = Turns(self.run, self._memory)
        self._context = Context(self.run, self._memory)
        self._origin = Origin(log, 0)
        self._events: list[ev.Event] = []

    def save(self) -> str:
        """Give, as JSON, what is needed to go on reading after this line."""
        return kept(self._memory)

    def read(self, line: bytes, offset: int) -> Sequence[ev.Event]:
        """Give the events of one complete line that begins at byte `offset`; never raises."""
        self._events = []
        try:
            record = read_record(line)
        except ValueError:
            self._salvage(line, offset)
        else:
            self._hear(record, line, offset)
        return self._events

    def _hear(self, record: Record, line: bytes, offset: int) -> None:
        self._take(record, offset, len(line))
        if record.type == "assistant":
            self._doubt(record, line)

    def _doubt(self, record: Record, line: bytes) -> None:
        """Tell of bytes that tore a record which tells usage: a figure whose name they hit is lost."""
        if not is_text(line) or (isinstance(record, OddRecord) and is_torn(line)):
            self._misunderstand("assistant", DAMAGED)

    def _salvage(self, line: bytes, offset: int) -> None:
        """Read what can be read of a line that is not one record, and count what cannot."""
        for part in parted(line, _ENVELOPE):
            try:
                record = read_record(part)
            except ValueError as problem:
                if part.strip(b" \t\r\n\0"):
                    self._origin = Origin(self._log, offset)
                    self._announce(None)
                    self._misunderstand("malformed", str(problem))
            else:
                self._take(record, offset, len(part))

    def _take(self, record: Record, offset: int, length: int) -> None:
        kind = record.type or _role(record)
        if kind in _QUIET and self._memory.dated:
            return
        self._origin = Origin(self._log, offset, seconds(record.timestamp))
        if record.entrypoint != self._memory.entrypoint or not self._memory.dated:
            self._announce(record)
        if length > _LONG_LINE and _overlong(record):
            self._misunderstand(kind, "a name in it is longer than any name")
        else:
            self._understand(kind, record)

    def _understand(self, kind: str, record: Record) -> None:
        match kind:
            case "assistant":
                self._assistant(record)
            case "user":
                self._user(record)
            case "attachment":
                self._attachment(record)
            case "system":
                self._system(record)
            case "queue-operation":
                self._queue(record)
            case "permission-mode":
                self._mode(record)
            case "custom-title" | "ai-title" | "summary":
                self._title(record)
            case "continued-in" | "ended-by-model":
                self._end(record)
            case "cost-state":
                self._close()
            case "agent-setting":
                if not self._side:
                    self._events += self._context.follows(record.agentSetting, self._undated())
            case _:
                if kind not in _QUIET and not kind.startswith(_QUIET_FAMILIES):
                    self._misunderstand(kind, "a record of a kind that is not known")

    def _announce(self, record: Row | None) -> None:
        """Report the run, and again when its first time or whether a human sits at it becomes known."""
        memory = self._memory
        headless = None
        if record is not None and record.entrypoint is not None:
            memory.entrypoint = record.entrypoint
            headless = None if self._side else _headless(record.entrypoint)
        new = not memory.announced
        if new or (not memory.dated and self._origin.at is not None) or headless not in (None, memory.headless):
            memory.announced = True
            memory.dated = memory.dated or self._origin.at is not None
            memory.headless = memory.headless if headless is None else headless
            found = ev.RunFound(self.run, self._origin, AGENT, self._session, self._parent, memory.headless)
            self._events.append(found)
            if self._lone and new:
                self._events.append(ev.SubagentBegun(self.run, self._origin, self._lone))

    def _misunderstand(self, kind: str, why: str) -> None:
        self._events.append(ev.LineNotUnderstood(self.run, self._origin, name_line(kind), clean(why, SAID)))

    def _notice(self, record: Row) -> None:
        """Report version and place of the main thread where a record says something new."""
        memory, cwd, branch = self._memory, record.cwd, record.gitBranch
        if record.version and record.version != memory.version:
            memory.version = record.version
            self._events.append(ev.VersionNoted(self.run, self._origin, name_line(record.version)))
        # Claude Code writes "HEAD" for a detached head and "" outside a repository.
        branch = memory.branch if branch is None else None if branch in ("", "HEAD") else branch
        if cwd and (cwd != memory.cwd or branch != memory.branch):
            memory.cwd, memory.branch = cwd, branch
            shown = clean(branch, SAID) if branch else None
            self._events.append(ev.PlaceEntered(self.run, self._origin, clean(cwd), shown))

    def _assistant(self, record: Record) -> None:
        message, side = record.message, self._side or record.isSidechain is True
        if not isinstance(message, Message):
            self._misunderstand("assistant", "its message is no object")
            return
        if not side:
            self._notice(record)
            self._memory.uuid = record.uuid
        if message.model == _SYNTHETIC or record.isApiErrorMessage:
            if not side:
                self._events += self._turns.failed(record, "\n".join(_texts(message.content)), self._origin)
            return
        self._meet(record, message, side)
        for block in (message.content,) if isinstance(message.content, str) else message.content or ():
            self._block(block, record, side)
        self._part(message, side)

    def _meet(self, record: Row, message: Said, side: bool) -> None:
        """Report what a row of the model's says before its words: its turn, its model and its usage."""
        memory = self._memory
        if message.stop_reason is None and not (side or memory.untold):
            memory.untold = True
            self._events.append(ev.EndsUntold(self.run, self._origin))
        if record.effort and not side:
            self._events += self._context.thought(record.effort, None, self._origin)
        if not side and (not memory.answered or not memory.turn or message.model != memory.model):
            self._events += self._turns.taken_up(message, self._origin)
        if message.usage is not None:
            self._meter(record, message, message.usage, side)

    def _part(self, message: Said, side: bool) -> None:
        """Report the end of a turn that a row of the model's tells."""
        if message.stop_reason in ENDS:
            if not side:
                self._events += self._turns.put_down(message, self._origin)
            elif self._lone:
                self._events.append(ev.SubagentEnded(self.run, self._origin, self._lone))

    def _block(self, block: Block | str | None, record: Record, side: bool) -> None:
        if isinstance(block, Block):
            if block.type == "tool_use":
                self._events += self._calls.begun(block, record.cwd or self._memory.cwd, side, self._origin)
                if not side and block.name and block.name.startswith("mcp__"):
                    self._events += self._context.called(block.name, self._origin)
            text = block.text if block.type == "text" else None
        else:
            text = block
        if text and not side and (shown := said_line(text[: 2 * SAID].strip(), SAID)):
            self._events.append(ev.AgentSpoke(self.run, self._origin, shown))
            # Plain `-p` offers no ExitPlanMode, so there the plan is words (research/real-clients.md 3d).
            if self._memory.mode == "plan" and shows_plan(text):
                told = prose(text), sha(text.strip())
                self._events.append(ev.PlanShown(self.run, self._origin, "proposed", *told))

    def _meter(self, record: Row, message: Said, spent: Tokens, side: bool) -> None:
        """Report what a call cost, unless the last row of it said the same."""
        key, memory, origin = call_name(record, message, self._origin.offset), self._memory, self._origin
        if key == memory.metered and spent == memory.spent:
            return
        memory.metered, memory.spent = key, spent
        usage = counted(spent)
        model = name_line(message.model) if message.model else None
        self._events.append(ev.RequestMetered(self.run, origin, clean(key, SAID), model, usage, side, terms(spent)))
        if not side:
            used = usage.tokens
            self._events.append(ev.ContextMeasured(self.run, origin, used, window(used, message.model)))

    def _user(self, record: Record) -> None:
        message, side = record.message, self._side or record.isSidechain is True
        content = message.content if isinstance(message, Message) else message
        if content is None:
            self._misunderstand("user", "it has no message")
            return
        if not side:
            self._notice(record)
            self._memory.uuid = record.uuid
            self._mode(record)
            if record.thinkingMetadata is not None:
                self._events += self._context.thought(None, record.thinkingMetadata, self._origin)
        results = False
        texts: list[str] = []
        for block in (content,) if isinstance(content, str) else content:
            if isinstance(block, Block) and block.type == "tool_result":
                self._events += self._calls.ended(block, record, side, self._origin)
                results = True
            elif text := block if isinstance(block, str) else block.text if block else None:
                texts.append(text)
        if not side and (texts or not results):
            self._events += self._turns.heard(record, texts or ["[image]"], results, self._origin)

    def _system(self, record: Record) -> None:
        if self._side or record.isSidechain:
            return
        self._notice(record)
        turns, origin = self._turns, self._origin
        match record.subtype:
            case "compact_boundary":
                why = (record.compactMetadata.trigger if record.compactMetadata else None) or "unknown"
                self._events.append(ev.ContextCompacted(self.run, origin, name_line(why)))
            case "api_error":
                self._events += turns.retried(record, origin)
            case "stop_hook_summary" | "turn_duration":
                self._events += turns.summed_up(origin)
            case "informational" if record.preventContinuation:
                self._events += turns.stopped("\n".join(_texts(record.content)), origin)
            case "local_command":
                self._events += turns.commanded("\n".join(_texts(record.content)), origin)
            case _:
                return

    def _attachment(self, record: Record) -> None:
        if self._side or record.isSidechain or record.attachment is None:
            return
        self._notice(record)
        attachment, origin = record.attachment, self._origin
        match attachment.type:
            case "hook_deferred_tool":
                call, tool = name_line(attachment.toolUseID), name_line(attachment.toolName)
                self._events += self._calls.deferred(call, tool, origin)
            case "hook_stopped_continuation":
                self._events += self._turns.stopped(attachment.message or "stopped by a hook", origin)
            case "queued_command":
                self._events += self._turns.queued("\n".join(_texts(attachment.prompt)), origin)
            case _:
                self._events += self._context.attached(attachment, origin)

    def _queue(self, record: Record) -> None:
        text = "\n".join(_texts(record.content))
        if text.startswith("<task-notification>") and not self._side:
            self._events += self._turns.queued(text, self._origin)

    def _mode(self, record: Record) -> None:
        mode = record.permissionMode
        if mode and mode != self._memory.mode and not self._side:
            self._memory.mode = mode
            self._events.append(ev.ModeEntered(self.run, self._origin, name_line(mode)))

    def _title(self, record: Record) -> None:
        """Report a name for the session; a human's own name is not taken back by a later one of the agent's."""
        memory = self._memory
        own = record.summary if record.leafUuid is not None and record.leafUuid == memory.uuid else None
        title = said_line(record.customTitle or record.aiTitle or own or "", SAID)
        by: TitleFrom = "human" if record.customTitle else "agent"
        if not title or title == memory.title or (memory.named_by_human and by == "agent") or self._side:
            return
        memory.title, memory.named_by_human = title, by == "human"
        self._events.append(ev.TitleGiven(self.run, self._undated(), title, by))

    def _end(self, record: Record) -> None:
        """Report that the session itself says it ends, or goes on in another one."""
        if self._side:
            return
        other = record.continuedInSessionId
        why = f"continued in session {other}" if other else "ended by the model"
        self._events.append(ev.RunEnded(self.run, self._undated(), clean(why, SAID)))

    def _close(self) -> None:
        """Report that the session's process closes its log.

        2.1.330 writes its summary of costs on its way out only (in every live log of it that ended, in none before);
        no source promises that.
        """
        if not self._side:
            self._events.append(ev.ClosingWritten(self.run, self._undated(), "it wrote its closing summary"))

    def _undated(self) -> Origin:
        return Origin(self._log, self._origin.offset)


def _role(record: Record) -> str:
    """Name a record without a type by who speaks in it; some tools write such logs."""
    return (record.message.role if isinstance(record.message, Message) else None) or "no type"


def _overlong(record: Record) -> bool:
    """Say whether something that would be remembered, such as a path or an id, is absurdly long."""
    message = record.message if isinstance(record.message, Message) else Message()
    names = (
        record.cwd,
        record.gitBranch,
        record.version,
        record.permissionMode,
        record.uuid,
        message.id,
        message.model,
    )
    return any(len(name) > _LONG_NAME for name in names if name)


def _headless(entrypoint: str) -> bool | None:
    """Say whether no human sits at a session; None where its way in is not known."""
    if entrypoint.startswith("sdk"):
        return True
    return False if entrypoint in ("cli", "vscode", "claude-vscode") else None


def _texts(content: str | Sequence[Block | Part | str | None] | None) -> list[str]:
    """Give the texts of a message, without empty ones."""
    pieces = [content] if isinstance(content, str) else content or ()
    texts = (piece if isinstance(piece, str) else piece.text for piece in pieces if piece is not None)
    return [text for text in texts if text]
