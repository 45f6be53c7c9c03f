"""Skims a Claude Code log: takes what is cheap and exact, and leaves tool results, half of its bytes and more, unread.

A line is passed over only where its first bytes prove what it is: a flat head in the writer's compact form, then a
result of a tool, a note of progress or a snapshot of files. Every other line is decoded, so that a log that was written
with blanks or in another order is read slower and not less. Rows of the model's tell usage and turns without their
words; from the last message on everything is read, because there stand the open calls and questions.
"""

import re
from collections.abc import Iterable, Sequence

from adapters.agents.agent import Skim, Unskimmable
from adapters.agents.claude_reader import AGENT, ClaudeReader
from adapters.agents.claude_record import Block, Message, Record, Row, Said, Tokens, read_record, read_row, seconds
from adapters.agents.claude_repeats import PARENT, PARENT_SIZE, PASSED, Repeats
from adapters.agents.claude_turns import ENDS, SAID
from adapters.agents.claude_usage import call_name, counted, figures, terms, window
from adapters.agents.strict_lines import is_text
from adapters.agents.tool_calls import name_line
from state.money.meter import larger, plainer
from state.money.spending import Terms
from state.runs import event as ev
from state.runs.fold import begun, ended, took
from state.runs.run import Origin, Run, Usage
from state.runs.skimmed import Call, CallsMetered, RunSkimmed
from state.text import clean

_FLAT = rb'\{"parentUuid":(?:null|"[^"\\]*")(?:,"[A-Za-z]+":(?:true|false|null|"[^"\\]*"))*?'
_PASSED = re.compile(_FLAT + b"(?:%b)" % b"|".join(map(re.escape, PASSED)) + rb'|\{"type":"file-history-snapshot",')
_JOINED = b'{"parentUuid":'
"""How a record begins; where it stands within a line, a torn record and the next one share that line."""
_ANSWERS = re.compile(rb'"tool_use_id":"([^"\\]*)"')
_PLAIN = frozenset(
    {"Read", "Grep", "Glob", "LS", "WebFetch", "WebSearch", "Edit", "MultiEdit", "Write", "NotebookEdit"}
)
"""Tools of which nothing but what they read and wrote is to be known."""
_LONG_ROW = 64 * 1024
_SYNTHETIC = "<synthetic>"
_MOST_HELD = 16 << 20
"""Bytes kept since the last message; beyond, what is open in it is no longer looked for."""

_Held = tuple[bytes, int, int, int, Row | bool | str]
"""A block, where in it a line begins and ends, the line's offset in the log, and its row.

In the place of the row the uuid of one that repeats the row before it, or whether the line is to be read.
"""


class ClaudeSkimmer(ClaudeReader):
    """Skims one log from its beginning; `feed` takes its blocks in order, `end` gives what they told."""

    def __init__(self, session: str, parent: str | None, log: str, side: bool) -> None:
        super().__init__(session, parent, log, side, "")
        self._calls.shows = False
        self._records = self._misread = 0
        self._found: list[ev.Event] = []
        self._entered: ev.Event | None = None
        self._untold = Run(self.run, AGENT, self._session)
        self._draft: Run = begun(self._untold)
        self._turn: list[ev.Event] = []
        self._newest: float | None = None
        self._calls_met: dict[str, Call] = {}
        self._terms: dict[Terms, int] = {}
        self._named: tuple[Terms | None, int] = (None, 0)
        self._held: list[_Held] = []
        self._message: str | None = None
        self._repeated: tuple[str | None, Tokens | None] = (None, None)
        self._repeats = Repeats()
        self._ending = self._answered = False

    def feed(self, block: bytes, at: int) -> None:
        """Take the complete lines of a block that begins at byte `at`. Raises `Unskimmable`."""
        find, starts, hold, side = block.find, block.startswith, self._held.append, self._side
        repeats, dated, begin = self._repeats, self._memory.dated, 0
        model, passed, again, passes = repeats.model, repeats.passed, repeats.again, _PASSED.match
        is_parent = PARENT.match
        # Nine lines in ten end in one of the first two branches, so nothing is called there that need not be.
        while (end := find(b"\n", begin)) >= 0:
            if end == begin:
                begin = end + 1
                continue
            self._records += 1
            of_model = starts(model, begin + PARENT_SIZE)
            if of_model:
                uuid = again(block, begin, end)
                if uuid is not None and end - begin <= _LONG_ROW and find(_JOINED, begin + 1, end) < 0:
                    if side:
                        self._memory.uuid = uuid
                    else:
                        hold((block, begin, end, at + begin, uuid))
                    begin = end + 1
                    continue
            elif (
                ((starts(passed, begin + PARENT_SIZE) and is_parent(block, begin)) or passes(block, begin, end))
                and dated
                and find(_JOINED, begin + 1, end) < 0
            ):
                if not side:
                    hold((block, begin, end, at + begin, False))
                begin = end + 1
                continue
            self._meet_line(block, begin, end, at + begin)
            model, passed, dated = repeats.model, repeats.passed, self._memory.dated
            begin = end + 1
        if self._held and at + begin - self._held[0][3] > _MOST_HELD:
            raise Unskimmable("much follows its last message")

    def end(self, unread: int) -> Skim:
        """Give what all blocks told; `unread` is the size of the log."""
        self._ending = True
        self._answered = self._plainly_answered()
        for block, begin, end, offset, row in self._held:
            if row is not False or not self._answered:
                self._read(block, begin, end, offset)
        self._fold_turn()
        origin = Origin(self._log, 0, self._newest)
        facts = None if self._side else ended(self._draft, self._untold)
        told = [*self._found, *([self._entered] if self._entered else []), RunSkimmed(self.run, origin, unread, facts)]
        if self._calls_met:
            calls = tuple(self._calls_met.values())
            told.append(CallsMetered(self.run, origin, tuple(self._terms), calls))
        return Skim(self.run, told, self._records, self._misread)

    def _meet_line(self, block: bytes, begin: int, end: int, offset: int) -> None:
        """Take a line by what it says; what follows the last message's first row is kept: it may be the log's end."""
        row = _row(block[begin:end])
        self._repeats.decoded(block, begin, end, row)
        if self._side:
            self._skim(((block, begin, end, offset, row),))
            return
        if isinstance(row, Row) and not row.isSidechain:
            named = row.message.id if isinstance(row.message, Said) else None
            if named is None or named != self._message:
                self._skim(self._held)
                self._held.clear()
                self._message = named
        self._held.append((block, begin, end, offset, row))

    def _skim(self, lines: Iterable[_Held]) -> None:
        for block, begin, end, offset, row in lines:
            if row is False:
                continue
            if row is True:
                self._read(block, begin, end, offset)
                continue
            if isinstance(row, str):
                self._memory.uuid = row
                continue
            message = row.message
            assert isinstance(message, Said)
            if message.stop_reason is None and (message.id, message.usage) == self._repeated:
                self._memory.uuid = row.uuid
            else:
                self._repeated = message.id, message.usage
                if self._is_within(row, message):
                    self._count(row, message, offset)
                else:
                    self._skim_row(row, message, offset)

    def _plainly_answered(self) -> bool:
        """Say whether each call of the last message was answered, and none is a command, which may have run tests.

        Then nothing is open, and what the calls did is for those who read the log.
        """
        asked, answered = set[str | None](), set[str | None]()
        for block, begin, end, _, row in self._held:
            if row is False:
                found = _ANSWERS.search(block, begin, end)
                answered.add(found[1].decode() if found else None)
            else:
                record = None if row is True else read_record(block[begin:end])
                message = record.message if record is not None and isinstance(record.message, Message) else None
                blocks = message.content if message is not None and isinstance(message.content, list) else ()
                for one in blocks:
                    if isinstance(one, Block) and one.type == "tool_use":
                        if one.name not in _PLAIN:
                            return False
                        asked.add(one.id)
        return asked <= answered

    def _block(self, block: Block | str | None, record: Record, side: bool) -> None:
        if self._answered and isinstance(block, Block) and block.type == "tool_use" and not side:
            if self._memory.turn:
                self._events.append(ev.TurnBegun(self.run, self._origin))
            return
        text = block.text if isinstance(block, Block) and block.type == "text" else block
        if isinstance(text, str):
            # That something was said is all that a skim tells of it.
            self._events += [] if side or not text.strip() else [ev.AgentSpoke(self.run, self._origin, "")]
            return
        super()._block(block, record, side)

    def _read(self, block: bytes, begin: int, end: int, offset: int) -> None:
        """Read one line whole."""
        self._tell(self.read(block[begin:end].removesuffix(b"\r"), offset))

    def _is_within(self, row: Row, message: Said) -> bool:
        """Say whether a row of the model's tells its usage and nothing else that was not told before: most do."""
        memory = self._memory
        return (
            memory.turn
            and memory.answered
            and (memory.untold or message.stop_reason is not None)
            and message.model == memory.model
            and message.stop_reason not in ENDS
            and row.cwd == memory.cwd
            and row.version == memory.version
            and row.entrypoint == memory.entrypoint
            and (row.gitBranch is None or row.gitBranch == memory.branch)
            and row.effort is None
            and not (row.isSidechain or self._side)
        )

    def _count(self, row: Row, message: Said, offset: int) -> None:
        """Take the usage of a row alone."""
        self._memory.uuid = row.uuid
        at = seconds(row.timestamp)
        if at is not None and (self._newest is None or at > self._newest):
            self._newest = at
        if message.usage is not None:
            self._enter(call_name(row, message, offset), message.model, message.usage, (at, offset, False))

    def _skim_row(self, row: Row, message: Said, offset: int) -> None:
        """Take a row of the model's without its words."""
        memory = self._memory
        self._events, self._origin = [], Origin(self._log, offset, seconds(row.timestamp))
        if row.entrypoint != memory.entrypoint or not memory.dated:
            self._announce(row)
        side = self._side or row.isSidechain is True
        if not side:
            self._notice(row)
            memory.uuid = row.uuid
        self._meet(row, message, side)
        self._part(message, side)
        self._tell(self._events)

    def _tell(self, events: Sequence[ev.Event]) -> None:
        """Fold what was read, and keep what more than this run's facts are made of.

        Of turns that follow on one another without a word of anybody else's the last one alone is folded.
        """
        at = self._origin.at
        if at is not None and (self._newest is None or at > self._newest):
            self._newest = at
        for event in events:
            match event:
                case ev.TurnBegun():
                    self._turn = [event]
                    continue
                case ev.TurnEnded():
                    self._turn.append(event)
                    continue
                case ev.RunFound():
                    self._found.append(event)
                case ev.PlaceEntered():
                    self._entered = event
                case ev.LineNotUnderstood():
                    self._misread += 1
                case ev.PromptGiven():
                    # The first words of a run are kept, and no others.
                    self._turns.shows = not (event.text or (self._draft.prompt and self._draft.title))
                case _:
                    pass
            if not self._side:
                self._fold_turn()
                self._draft = took(self._draft, event)

    def _fold_turn(self) -> None:
        for event in self._turn:
            self._draft = took(self._draft, event)
        self._turn = []

    def _meter(self, record: Row, message: Said, spent: Tokens, side: bool) -> None:
        """Count a call once, by the largest figures of its records."""
        origin = self._origin
        key = call_name(record, message, origin.offset)
        if self._ending and not side:
            used = counted(spent).tokens
            self._events.append(ev.ContextMeasured(self.run, origin, used, window(used, message.model)))
        self._enter(key, message.model, spent, (origin.at, origin.offset, side))

    def _enter(self, key: str, model: str | None, spent: Tokens, where: tuple[float | None, int, bool]) -> None:
        """Enter what a call cost at a time and an offset, and whether it is a subagent's."""
        memory = self._memory
        if key == memory.metered and spent == memory.spent:
            return
        memory.metered, memory.spent = key, spent
        (at, offset, side), used, told = where, figures(spent), terms(spent)
        key, model = clean(key, SAID), name_line(model) if model else None
        known = self._calls_met.get(key)
        if known is not None:
            usage, told = larger(Usage(*used, 1), Usage(*known[3:9], 1)), plainer(list(self._terms)[known[10]], told)
            used = (usage.fresh_input, usage.cache_read, usage.cache_write_5m, usage.cache_write_1h)
            used = (*used, usage.output, usage.reasoning)
            at, model, offset, side = known[1], known[2] or model, known[9], known[11]
        # The same words give the same value, so that mostly nothing has to be compared.
        if told is not self._named[0]:
            self._named = told, self._terms.setdefault(told, len(self._terms))
        self._calls_met[key] = (key, at, model, *used, offset, self._named[1], side)


def _row(line: bytes) -> Row | bool:
    """Give a line as a row of the model's; True where it has to be read whole."""
    row = read_row(line) if len(line) <= _LONG_ROW else None
    if row is None or row.type != "assistant" or not isinstance(row.message, Said) or not is_text(line):
        return True
    return True if row.isApiErrorMessage or row.message.model == _SYNTHETIC else row
