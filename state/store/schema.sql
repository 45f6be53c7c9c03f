-- Headgate's state database: one a repository, in $XDG_STATE_HOME/headgate/<repository id>/state.db (or below
-- $HEADGATE_STATE_DIR). Read it with any client: sqlite3 -readonly state.db "select * from board". Only Headgate's core
-- writes it. Times are seconds since 1970 UTC unless said otherwise; NULL is "unknown", never zero.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,       -- rev: number of the last commit; tip REF: where a protected branch stands with an explanation; repository, base, looked_in, indexing: what the board's header shows; prices_catalogue, prices_own: the prices that usage was priced with
    value TEXT NOT NULL
) WITHOUT ROWID;

-- One row a run: one agent session working in a worktree, with its subagents.
CREATE TABLE run (
    id TEXT PRIMARY KEY,        -- ten hexadecimal digits made of agent and session
    agent TEXT NOT NULL,        -- claude-code, codex, ...
    session_id TEXT NOT NULL,   -- the agent's own name for the session
    state TEXT NOT NULL,        -- working, waiting, idle, blocked, held, stopped, done, unknown
    because TEXT NOT NULL,      -- one short reason for the state
    need INTEGER NOT NULL,      -- 0 to 100: how soon the human should look; from 60 on it waits for the human
    certain INTEGER NOT NULL,   -- 0 where the state was inferred from the shape of the log
    since REAL,                 -- when the state began
    seen REAL,                  -- time of the newest datum
    alive INTEGER,              -- 1 or 0 where the process is known
    agent_version TEXT,         -- the agent program's version
    parent TEXT,                -- run that this one was forked from or spawned by
    worktree TEXT,              -- absolute path of the worktree; NULL when its directory lies in none that exists
    branch TEXT,                -- what git says now, else what the log said
    head TEXT,                  -- commit checked out in the worktree
    base_head TEXT,             -- merge base of the worktree's head and the base branch
    ahead INTEGER,              -- commits of the branch that the base has not
    behind INTEGER,             -- commits of the base that the branch has not
    task_id TEXT,               -- digest of the task's title
    task_title TEXT,            -- what the human wants, in the first words of the session
    task_from TEXT,             -- human, agent, prompt or branch: where the title comes from, the strongest first
    owner TEXT,                 -- the human who answers for the run
    owner_from TEXT,            -- human (said on the board), or account: the machine's account that owns its log
    role TEXT,                  -- planner, mapper, implementer, tester, reviewer, security, release, watcher, librarian
    role_from TEXT,             -- human (said on the board), agent (its definition's name), prompt (its first words), mode (plan), edits
    model TEXT,                 -- the model that answered last in the main thread
    models TEXT NOT NULL,       -- JSON list: all models used, first use first
    mode TEXT,                  -- permission mode or approval policy, in the agent's word
    lane_asked TEXT,            -- class of model that was asked for
    lane_effective TEXT,        -- class of model that answers
    context_version TEXT,       -- digest of what the agent was told (prompt files, skills, model, policy), eight digits
    context_changes INTEGER,    -- parts of it that are certainly not what they were when the run began
    plan_state TEXT NOT NULL,   -- none, proposed, approved, rejected, drifted; unknown where depth is skimmed
    plan_steps_done INTEGER NOT NULL,-- steps of the plan that are completed
    plan_steps INTEGER NOT NULL,-- steps of the plan; 0 when it has none
    plan_sha TEXT,              -- digest of the plan's prose
    tool TEXT,                  -- the tool call in flight
    tests_state TEXT,           -- what the agent's last test run came to, claimed by its log: passed, failed, none_ran, not_run, unverified, truncated; NULL when it ran none
    tests_runner TEXT,          -- the test runner, several joined by +
    tests_passed INTEGER,       -- tests that passed in it; NULL when its output does not count them
    tests_failed INTEGER,       -- tests that failed, errors included
    tests_skipped INTEGER,      -- tests that were skipped, expected failures included
    tests_at REAL,              -- when it ended
    tests_fresh INTEGER,        -- 0 when a file was edited after it began
    tests_why TEXT,             -- what tests_state rests on, in words
    failing TEXT NOT NULL,      -- JSON list: names of the tests known to fail, fifty at most
    blockers TEXT NOT NULL,     -- JSON list of {kind, text, since}
    risk_level TEXT,            -- low, medium, high, critical: the floor that rules set; NULL when there was nothing to judge yet
    risk_rules TEXT NOT NULL DEFAULT '[]', -- JSON list: names of the rules that set it, the gravest first
    risk_reasons TEXT NOT NULL DEFAULT '[]', -- JSON list: for each of them its reason and what matched it
    findings TEXT NOT NULL DEFAULT '[]', -- JSON list of {kind, severity, text, evidence: [{log, offset, at}], since}
    changed_files INTEGER,      -- files that differ from the base, uncommitted and untracked ones included
    untracked_files INTEGER,    -- of these, files that git does not track
    added INTEGER,              -- lines
    deleted INTEGER,            -- lines
    attempts INTEGER,           -- how often the task was tried
    subagents INTEGER NOT NULL, -- subagents at work now
    usage_fresh_input INTEGER NOT NULL,     -- input tokens paid in full; these five parts are disjoint
    usage_cache_read INTEGER NOT NULL,-- tokens read from the provider's cache
    usage_cache_write_5m INTEGER NOT NULL,-- tokens written to it for five minutes
    usage_cache_write_1h INTEGER NOT NULL,-- tokens written to it for an hour
    usage_output INTEGER NOT NULL,-- tokens that the models wrote
    usage_reasoning INTEGER NOT NULL,       -- a part of usage_output
    usage_requests INTEGER NOT NULL,        -- calls to a model, each counted once
    context_used INTEGER,       -- tokens in the main thread's context
    context_limit INTEGER,      -- its window, where the log names one
    cost_usd TEXT,              -- decimal; NULL when nothing could be priced
    cost_state TEXT NOT NULL,   -- priced, lower_bound, assumed, unpriced, plan
    unpriced_tokens INTEGER NOT NULL,-- tokens that no price is known for
    cost_per_hour TEXT,         -- decimal: what it burns now
    next_gate TEXT,             -- plan, exception, merge, release
    next_request TEXT,          -- the open request at that gate
    next_text TEXT NOT NULL,    -- the next human decision, in words
    not_understood INTEGER NOT NULL,        -- records of its logs that no adapter understood
    worktree_read_at REAL,      -- when git was last asked about its worktree
    depth TEXT NOT NULL DEFAULT 'read', -- read, or skimmed: its logs were read only as far as usage, models, title, times and the last turn; what else stands in this row is unknown
    unread INTEGER NOT NULL DEFAULT 0, -- bytes of its logs that were skimmed and not yet read
    act_kind TEXT,              -- what a human last asked of the run: stop, hold, resume, send, start, escalate, check, merge
    act_state TEXT,             -- how that stands: under_way, confirmed, failed
    act_text TEXT,              -- what was observed of it, in one sentence
    act_at REAL,                -- when it was asked
    frozen TEXT,                -- who froze it: its calls are denied; NULL where they go, or where all are frozen at once
    assurance TEXT,             -- what stands between the run and what it may not do: observe, guardrail, confined, managed, separated
    assurance_why TEXT,         -- what shows that
    hooked INTEGER,             -- 1: a hook noted calls of it; 0: it made calls and no hook noted any; NULL: neither is known
    terminal TEXT,              -- where its terminal is: how to attach to it
    cache_until REAL,           -- until when the agent's prompt cache lives
    conflicts INTEGER,          -- how many other worktrees its change conflicts with, the base among them
    stale TEXT NOT NULL DEFAULT '[]', -- JSON list of {reason, text, remedy, detail}: why its context is no longer what is true
    evidence_state TEXT,        -- complete, incomplete, or stale (the branch moved since); NULL where no package was made
    evidence_missing TEXT NOT NULL DEFAULT '[]', -- JSON list: parts that policy wants and that nobody gave
    verified_state TEXT,        -- what Headgate's own run of the required checks came to: running, passed, failed; NULL where it ran none on this tree
    verified_passed INTEGER,    -- tests that passed in them; NULL where no report counts them
    verified_failed INTEGER,    -- tests that failed in them
    verified_skipped INTEGER,   -- tests that were skipped in them
    verified_at REAL,           -- when the last of them ended
    verified_tree TEXT,         -- the tree that they ran on
    approved_by TEXT,           -- who approved the change, where that approval still counts
    source_log TEXT,            -- the main log
    source_offset INTEGER NOT NULL,         -- byte offset of the newest record used
    rev INTEGER NOT NULL,       -- commit that last wrote this row
    facts TEXT NOT NULL         -- JSON: everything folded so far, with the origin of each fact; Headgate's own
) WITHOUT ROWID;
CREATE INDEX run_rev ON run (rev);
CREATE INDEX run_seen ON run (seen); -- history is asked by time
CREATE INDEX run_task ON run (task_id);

-- What humans said of runs: one row a word, never changed; of each run and thing the newest counts, '' takes it back.
CREATE TABLE assigned (
    asked TEXT NOT NULL,        -- the order that said it; an order that is carried out twice stands once
    run TEXT NOT NULL,          -- the run's id
    what TEXT NOT NULL,         -- task, owner, role or lane
    value TEXT NOT NULL,
    by TEXT NOT NULL,           -- the account of this machine that said it
    at REAL NOT NULL,
    PRIMARY KEY (asked, what)
);
CREATE INDEX assigned_run ON assigned (run, what, at);

-- One row a git worktree of the repository.
CREATE TABLE worktree (
    path TEXT PRIMARY KEY,
    facts TEXT NOT NULL,        -- JSON: branch, head, base, ahead, behind, files, ...
    here INTEGER NOT NULL,      -- 0 when git no longer lists it
    rev INTEGER NOT NULL
) WITHOUT ROWID;

-- One row a log that was met: whose it is and how far it was read.
CREATE TABLE log (
    path TEXT PRIMARY KEY,
    agent TEXT NOT NULL,
    session TEXT,
    run TEXT,
    side INTEGER NOT NULL,      -- 1 for a subagent's log
    cwd TEXT,                   -- directory named by its first records
    belongs INTEGER NOT NULL,   -- 1 when it belongs to this repository
    why TEXT NOT NULL,          -- why not
    device INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    offset INTEGER NOT NULL,    -- byte after the last record read
    generation INTEGER NOT NULL,-- how often it was begun anew
    head TEXT NOT NULL,         -- digest of its first bytes
    tail TEXT NOT NULL,         -- digest of the bytes before offset
    reader TEXT NOT NULL,       -- JSON: the adapter's memory
    records INTEGER NOT NULL,
    not_understood INTEGER NOT NULL,
    skimmed INTEGER NOT NULL DEFAULT 0 -- bytes of it that were skimmed and not yet read
) WITHOUT ROWID;

-- What a quick look compares before it loads anything: in it and in log_seen stands all that the last reading rests on.
CREATE INDEX log_seen ON log (path, inode, size, modified_ns, belongs, cwd);
CREATE TABLE sign (
    path TEXT PRIMARY KEY,      -- a folder in which logs appear, a folder or file of git's, or "environment"
    stamp TEXT NOT NULL         -- its time, size and inode when all was read; '' where nothing was there
) WITHOUT ROWID;

-- One row an event that the human may want to read again, with where it was read.
CREATE TABLE event (
    log TEXT NOT NULL,
    generation INTEGER NOT NULL,
    offset INTEGER NOT NULL,    -- byte offset of the record in the log
    seq INTEGER NOT NULL,       -- place among the events of one record
    run TEXT NOT NULL,
    at REAL,                    -- the time that the record claims
    kind TEXT NOT NULL,         -- prompt, said, tool, result, asked, answered, plan, turn, error, compacted, subagent, unread, ended; tests: what a test run came to, as JSON, which is no line of the story
    text TEXT NOT NULL,
    failed INTEGER NOT NULL,
    PRIMARY KEY (log, generation, offset, seq)
) WITHOUT ROWID;
CREATE INDEX event_run ON event (run, at);

-- One row a call to a model, however many records repeat it.
CREATE TABLE usage (
    key TEXT PRIMARY KEY,       -- the same for every record of the call, on every file of the machine
    run TEXT NOT NULL,          -- the run that pays
    at REAL,                    -- when the call was made; it is priced as of then
    model TEXT,                 -- the model in its log's words
    side INTEGER NOT NULL,      -- 1 for a subagent's call
    fresh_input INTEGER NOT NULL,-- input tokens paid in full; these five parts are disjoint
    cache_read INTEGER NOT NULL,-- tokens read from the provider's cache
    cache_write_5m INTEGER NOT NULL,-- tokens written to it for five minutes, or for a time that the log does not tell
    cache_write_1h INTEGER NOT NULL,-- tokens written to it for an hour
    output INTEGER NOT NULL,    -- tokens that the model wrote
    reasoning INTEGER NOT NULL, -- a part of output
    requests INTEGER NOT NULL,  -- calls that these figures are the sum of, mostly 1
    log TEXT NOT NULL,          -- where the call's owner was read first
    offset INTEGER NOT NULL,    -- byte offset of that record
    provider TEXT,              -- who served the call, where the log names it
    speed TEXT,                 -- standard or fast, where the log names it
    tier TEXT,                  -- service tier, where the log names it: standard, default, priority, flex
    batch INTEGER NOT NULL,     -- 1 for a call at batch prices
    geo TEXT,                   -- where the model was bound to run, where the log names it
    plan INTEGER NOT NULL,      -- 1 where a subscription pays, so that usd is the list price
    tier_known INTEGER NOT NULL,-- 0 where the log never names the service tier
    lifetime_known INTEGER NOT NULL,-- 0 where the log does not tell for how long its cache writes live
    searches INTEGER NOT NULL,  -- web searches that the provider billed
    partial INTEGER NOT NULL DEFAULT 0,-- 1 where the log tells only a part of the call's tokens
    usd TEXT,                   -- decimal, exact; NULL when nothing of it could be priced
    cost_state TEXT NOT NULL,   -- priced, plan, assumed, lower_bound, unpriced
    unpriced_tokens INTEGER NOT NULL,-- tokens of it that no price is known for
    rates TEXT                  -- JSON: the rates used, in USD per million tokens (search: USD each), their source, and what is doubtful
) WITHOUT ROWID;
CREATE INDEX usage_run ON usage (run);

-- What is wrong outside: one row a thing concerned.
CREATE TABLE problem (
    about TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    remedy TEXT NOT NULL,
    since REAL NOT NULL
) WITHOUT ROWID;

-- One row a question that waits, or waited, for a human at a gate.
CREATE TABLE request (
    id TEXT PRIMARY KEY,        -- the name that its hook, or the core, gave it
    run TEXT NOT NULL,          -- the run's id
    gate TEXT NOT NULL,         -- plan, exception, merge, release
    text TEXT NOT NULL,         -- the question in one line
    sha TEXT NOT NULL,          -- digest of the call's input, of the plan, or of the cause of a hard stop
    opened REAL NOT NULL,       -- when it was asked
    state TEXT NOT NULL,        -- open, approved, denied, expired (a denial by its deadline), moot (nobody needs the answer)
    deadline REAL,              -- from then on it is denied; NULL where it waits for ever
    tool TEXT NOT NULL,         -- the tool that is to be called, '' where it is about no call
    call TEXT,                  -- the agent's own id of the call
    input TEXT NOT NULL,        -- the call's input, laid out as lines of JSON
    cwd TEXT NOT NULL,          -- where the call would run
    effects TEXT NOT NULL,      -- JSON list of {name, why}: what it would do
    hits TEXT NOT NULL,         -- JSON list of {rule, outcome, because, instead, severity, reviewers, sla}, the strictest first
    severity TEXT NOT NULL,     -- low, medium, high, critical
    policy TEXT,                -- blob id of the policy that asks, or default
    context_version TEXT,       -- what the agent had been told when it asked
    listening INTEGER NOT NULL, -- 1 while a hook waits for the answer
    advice TEXT,                -- what the model said of it
    plan TEXT,                  -- the plan's text
    repeats INTEGER NOT NULL,   -- how often the same call was denied before in this run
    agent TEXT NOT NULL,        -- the run's agent and session, by which the files of its hooks are named
    session TEXT NOT NULL,
    rev INTEGER NOT NULL        -- commit that last wrote this row
) WITHOUT ROWID;
CREATE INDEX request_run ON request (run, opened);
CREATE INDEX request_state ON request (state);

-- One row a human's answer to a request, never changed.
CREATE TABLE decision (
    seq INTEGER PRIMARY KEY,    -- the order in which they were recorded
    asked TEXT NOT NULL UNIQUE, -- the order that said it; an order that is carried out twice stands once
    request TEXT NOT NULL,      -- the request's id
    run TEXT NOT NULL,          -- the run's id
    answer TEXT NOT NULL,       -- approve, deny, escalate
    by TEXT NOT NULL,           -- the account or the person that said it, as the order declares; nothing proves it
    account TEXT NOT NULL,      -- the account of this machine under which it was recorded
    at REAL NOT NULL,
    reason TEXT NOT NULL,       -- the human's words
    via TEXT NOT NULL,          -- the screen or the verb that it came through, and that this is declared by it
    shown_sha TEXT NOT NULL,    -- digest of what was on the screen, the same as the request's
    dwell REAL,                 -- seconds that it was there before the key, as declared; NULL where unknown
    opened INTEGER NOT NULL,    -- 1 where its evidence was opened, as declared
    late INTEGER NOT NULL,      -- 1 where nobody listened any more, so that an approval became leave for one call
    assurance TEXT              -- what stood then between the run and what it may not do; NULL where that was not known
);
CREATE UNIQUE INDEX decision_once ON decision (request) WHERE answer <> 'escalate';
CREATE INDEX decision_request ON decision (request, seq);
CREATE TRIGGER decision_stays BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER decision_is_kept BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'append-only'); END;

-- One row a freeze or a thaw that a human asked for, never changed; of each run, and of the fleet, the newest counts.
CREATE TABLE freeze (
    seq INTEGER PRIMARY KEY,    -- the order in which they were recorded
    asked TEXT NOT NULL UNIQUE, -- the order that said it
    run TEXT NOT NULL,          -- the run's id, '' for every run of the repository
    frozen INTEGER NOT NULL,    -- 1 freeze, 0 thaw
    by TEXT NOT NULL,           -- the account or the person that said it
    at REAL NOT NULL,
    reason TEXT NOT NULL        -- the human's words
);
CREATE TRIGGER freeze_stays BEFORE UPDATE ON freeze BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER freeze_is_kept BEFORE DELETE ON freeze BEGIN SELECT RAISE(ABORT, 'append-only'); END;

-- One row a call that passed a hook, as the hook itself wrote it.
CREATE TABLE hook_call (
    file TEXT NOT NULL,         -- the file of spool/calls, without its ending
    inode INTEGER NOT NULL,     -- which file of that name
    offset INTEGER NOT NULL,    -- byte offset of its line
    next INTEGER NOT NULL,      -- byte after it
    run TEXT NOT NULL,          -- the run's id
    at REAL NOT NULL,
    event TEXT NOT NULL,        -- the agent's own name for the moment: PreToolUse, SessionStart, ...
    call TEXT,                  -- the agent's own id of the call
    tool TEXT NOT NULL,
    sha TEXT NOT NULL,          -- digest of the call's input
    verdict TEXT NOT NULL,      -- allow, deny, native, seen: what the agent was told
    rule TEXT,                  -- the rule that decided
    request TEXT,               -- the request that it waited on
    outcome TEXT NOT NULL,      -- rule, human, grant, expired, frozen, failed, none: what decided
    ms REAL NOT NULL,           -- how long the hook took, waiting included
    PRIMARY KEY (file, inode, offset)
) WITHOUT ROWID;
CREATE INDEX hook_call_run ON hook_call (run, call);

-- One row a call that stands in the log of a run with a hook and that no hook noted.
CREATE TABLE unhooked (
    run TEXT NOT NULL,          -- the run's id
    call TEXT NOT NULL,         -- the agent's own id of the call
    tool TEXT NOT NULL,
    text TEXT NOT NULL,         -- the call in one line
    log TEXT NOT NULL,          -- where it was read
    offset INTEGER NOT NULL,    -- byte offset of its record
    at REAL,                    -- the time that the record claims
    PRIMARY KEY (run, call)
) WITHOUT ROWID;

-- One row a run of which the gates know more than its log: its phase is true whatever the agent's own mode says.
CREATE TABLE gated (
    run TEXT PRIMARY KEY,       -- the run's id
    phase TEXT NOT NULL,        -- planning, executing, merging
    why TEXT NOT NULL,          -- what put it into this phase
    since REAL,                 -- when that was
    plan TEXT,                  -- JSON of the approved plan: sha, paths, files, minutes, usd; NULL without one
    plan_request TEXT,          -- the request by which it was approved
    policy TEXT NOT NULL,       -- blob id of the policy that the run is pinned to, or default
    rev INTEGER NOT NULL
) WITHOUT ROWID;

-- One row a thing that a human asked of a run but an answer at a gate.
CREATE TABLE act (
    id TEXT PRIMARY KEY,        -- the order that asked
    run TEXT NOT NULL,          -- the run's id, '' where there is none yet
    kind TEXT NOT NULL,         -- stop, hold, resume, send, start, escalate, check, merge
    by TEXT NOT NULL,           -- the account or the person that asked
    at REAL NOT NULL,
    reason TEXT NOT NULL,       -- the human's words
    state TEXT NOT NULL,        -- under_way, confirmed (it was observed), failed (nothing more is tried)
    text TEXT NOT NULL,         -- how it stands, in one sentence
    steps TEXT NOT NULL,        -- JSON list of {what, requested, confirmed, text}: what was tried and what was seen
    "left" TEXT NOT NULL,       -- JSON list of processes that still run although they should not
    facts TEXT NOT NULL,        -- JSON object of what the human needs next: rescue, resume, attach, worktree, to, deadline
    ended REAL,                 -- when it was confirmed or given up
    rev INTEGER NOT NULL        -- commit that last wrote this row
) WITHOUT ROWID;
CREATE INDEX act_run ON act (run, at);

-- One row two states that do not merge, as last compared: two worktrees, or a worktree and the base branch.
CREATE TABLE pair (
    a TEXT NOT NULL,            -- path of a worktree
    b TEXT NOT NULL,            -- path of another, or the base branch's name
    files TEXT NOT NULL,        -- JSON list of {path, kind}: the files on which the merge stops
    kinds TEXT NOT NULL,        -- the kinds of conflict, each once, with a space between
    uncommitted INTEGER NOT NULL, -- 1 where work that is not committed has a part in it
    a_commit TEXT NOT NULL,     -- what was merged; where work is not committed a commit of Headgate's own store
    b_commit TEXT NOT NULL,
    problem TEXT,               -- why the two could not be merged at all
    at REAL,                    -- when they were compared
    rev INTEGER NOT NULL,       -- commit that last wrote this row
    PRIMARY KEY (a, b)
) WITHOUT ROWID;

-- One row an evidence package, never changed: of each run the newest counts. Decisions name it by its digest.
CREATE TABLE package (
    seq INTEGER PRIMARY KEY,    -- the order in which they were made
    sha TEXT NOT NULL UNIQUE,   -- SHA-256 of document
    run TEXT NOT NULL,          -- the run's id
    head TEXT NOT NULL,         -- commit of the change
    tree TEXT,                  -- what merging it would hold; NULL where it conflicts
    document TEXT NOT NULL,     -- canonical JSON: the truth that is shown, approved and exported
    facts TEXT NOT NULL,        -- JSON: the same for Headgate's own reading
    built REAL NOT NULL,        -- when it was made
    rev INTEGER NOT NULL        -- commit that wrote this row
);
CREATE INDEX package_run ON package (run, seq);
CREATE TRIGGER package_stays BEFORE UPDATE ON package BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER package_is_kept BEFORE DELETE ON package BEGIN SELECT RAISE(ABORT, 'append-only'); END;

-- One row a required check on one tree, as Headgate ran it last.
CREATE TABLE check_result (
    key TEXT PRIMARY KEY,       -- tree, policy and name
    tree TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,        -- waiting, running, passed, failed, none_ran, timed_out, cancelled, broken
    facts TEXT NOT NULL,        -- JSON: command, policy, grade, exit, counts, walls, log, why, times
    rev INTEGER NOT NULL        -- commit that last wrote this row
) WITHOUT ROWID;

-- One row an approval of a change at the merge gate. What was stated and signed never changes.
CREATE TABLE approval (
    id TEXT PRIMARY KEY,        -- SHA-256 of statement
    run TEXT NOT NULL,          -- the run's id
    request TEXT NOT NULL,      -- the request that it answers
    statement TEXT NOT NULL,    -- canonical JSON: what exactly was approved
    signature TEXT NOT NULL,    -- armoured SSHSIG over it, '' where it is only declared
    level TEXT NOT NULL,        -- declared, signed, touched, verified
    by TEXT NOT NULL,           -- who approved
    at REAL NOT NULL,
    expires REAL NOT NULL,
    "key" TEXT NOT NULL,        -- fingerprint of the key that signed
    counter INTEGER,            -- the key's own counter, where it has one
    "merge" TEXT,               -- the commit that used it up
    void TEXT NOT NULL,         -- why it counts no more, '' while it does
    rev INTEGER NOT NULL        -- commit that last wrote this row
) WITHOUT ROWID;
CREATE INDEX approval_run ON approval (run, at);
CREATE TRIGGER approval_stays BEFORE UPDATE OF statement, signature, by, at, run, request ON approval
    BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER approval_is_kept BEFORE DELETE ON approval BEGIN SELECT RAISE(ABORT, 'append-only'); END;

-- One row a thing that is kept in sight after a merge: watch items, defects, the lasting thing that came of it.
CREATE TABLE item (
    id TEXT PRIMARY KEY,
    run TEXT NOT NULL,          -- the run's id
    "merge" TEXT NOT NULL,      -- the merge commit
    kind TEXT NOT NULL,         -- rollout, rollback, follow_up, defect, artefact
    text TEXT NOT NULL,
    state TEXT NOT NULL,        -- open, done, candidate (Headgate proposes it), confirmed, refused
    by TEXT NOT NULL,           -- who said it last, '' where Headgate proposes it
    at REAL NOT NULL,
    source TEXT NOT NULL,       -- where it comes from
    rev INTEGER NOT NULL        -- commit that last wrote this row
) WITHOUT ROWID;
CREATE INDEX item_run ON item (run, at);

-- The ledger: one row a thing that was done or decided, chained to all before it (docs/ledger.md), never changed.
CREATE TABLE ledger (
    seq INTEGER PRIMARY KEY,    -- from 1, without a gap
    ts_ms INTEGER NOT NULL,     -- milliseconds since 1970 UTC
    actor_kind TEXT NOT NULL,   -- human, tool, hook, agent
    actor TEXT NOT NULL,        -- who: a person or an account, headgate, an agent
    kind TEXT NOT NULL,         -- what: decision, advice, act, freeze, evidence, check, approval, merge, ...
    run TEXT NOT NULL,          -- the run's id, '' where it is about none
    body TEXT NOT NULL, -- canonical JSON
    once TEXT NOT NULL,         -- names what it records, so that it stands once; '' where each telling counts
    prev TEXT NOT NULL,         -- hash of the row before it; 64 zeros in the first
    hash TEXT NOT NULL UNIQUE   -- SHA-256 over all of the others
);
CREATE UNIQUE INDEX ledger_once ON ledger (once) WHERE once <> '';
CREATE INDEX ledger_run ON ledger (run, seq);
CREATE INDEX ledger_kind ON ledger (kind, ts_ms);
CREATE TRIGGER ledger_stays BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER ledger_is_kept BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER ledger_chains BEFORE INSERT ON ledger BEGIN
    SELECT RAISE(ABORT, 'gap') WHERE NEW.seq <> 1 + COALESCE((SELECT max(seq) FROM ledger), 0);
    SELECT RAISE(ABORT, 'chain') WHERE NEW.prev <> COALESCE((SELECT hash FROM ledger ORDER BY seq DESC LIMIT 1), '0000000000000000000000000000000000000000000000000000000000000000');
END;

-- One row a hunk that a human has seen: it stays seen where a rebase left it the same.
CREATE TABLE seen_hunk (
    run TEXT NOT NULL,          -- the run's id
    hunk TEXT NOT NULL,         -- digest of its path and changed lines
    by TEXT NOT NULL,           -- the account that marked it
    at REAL NOT NULL,
    PRIMARY KEY (run, hunk)
) WITHOUT ROWID;

-- One row a run, hour, model and thread: the sum of its calls in `usage`, so that history is asked without them. Kept in
-- the transaction that writes the calls; made anew from `usage` where the two differ (state/store/recounting.py).
CREATE TABLE spending (
    run TEXT NOT NULL,          -- the run that pays
    hour INTEGER NOT NULL,      -- hours since 1970 UTC of the calls' own times; -1 where no time is known
    model TEXT NOT NULL,        -- the model in its log's words, '' where unknown
    side INTEGER NOT NULL,      -- 1 for subagents' calls
    fresh_input INTEGER NOT NULL,-- sums of the columns of the same name in usage
    cache_read INTEGER NOT NULL,
    cache_write_5m INTEGER NOT NULL,
    cache_write_1h INTEGER NOT NULL,
    output INTEGER NOT NULL,
    reasoning INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    usd_e12 INTEGER NOT NULL,   -- what has a price, in picodollars (1e-12 USD), each call rounded once
    list_e12 INTEGER NOT NULL,  -- the same tokens at list price without a cache, in picodollars; only of calls whose rates are known
    net_e12 INTEGER NOT NULL,   -- what the cache saved less what it cost to fill, in picodollars; likewise
    listed_e12 INTEGER NOT NULL,-- what those calls came to of which list_e12 tells: the part of usd_e12 to hold against it
    unlisted INTEGER NOT NULL,  -- calls whose rates are not all known, which list_e12 and net_e12 leave out
    searches INTEGER NOT NULL,  -- web searches that the provider billed
    tools_e12 INTEGER NOT NULL, -- what they came to, a part of usd_e12
    unpriced_tokens INTEGER NOT NULL,-- tokens that no price is known for
    priced INTEGER NOT NULL,    -- calls by cost_state
    plan INTEGER NOT NULL,
    assumed INTEGER NOT NULL,
    lower_bound INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    PRIMARY KEY (run, hour, model, side)
) WITHOUT ROWID;
CREATE INDEX spending_hour ON spending (hour);

-- One row a day, or 32 days, and what the runs are called: the sum of those runs' rows in `spending`, so that years are
-- asked quickly. Each call is in one row of a day and in one of 32 days.
CREATE TABLE spending_day (
    days INTEGER NOT NULL,      -- how many days the row tells of: 1 or 32
    day INTEGER NOT NULL,       -- the first of them, in days since 1970 UTC, a multiple of days; below 0 where no time is known
    agent TEXT NOT NULL,        -- the columns of the same names in run, '' where unknown
    role TEXT NOT NULL,
    lane TEXT NOT NULL,         -- lane_asked
    owner TEXT NOT NULL,
    model TEXT NOT NULL,        -- as in spending
    begun INTEGER NOT NULL,     -- runs whose first call is among these: each run counts once
    fresh_input INTEGER NOT NULL,-- sums of the columns of the same name in spending
    cache_read INTEGER NOT NULL,
    cache_write_5m INTEGER NOT NULL,
    cache_write_1h INTEGER NOT NULL,
    output INTEGER NOT NULL,
    reasoning INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    usd_e12 INTEGER NOT NULL,
    list_e12 INTEGER NOT NULL,
    net_e12 INTEGER NOT NULL,
    listed_e12 INTEGER NOT NULL,
    unlisted INTEGER NOT NULL,
    searches INTEGER NOT NULL,
    tools_e12 INTEGER NOT NULL,
    unpriced_tokens INTEGER NOT NULL,
    priced INTEGER NOT NULL,
    plan INTEGER NOT NULL,
    assumed INTEGER NOT NULL,
    lower_bound INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    PRIMARY KEY (days, day, agent, role, lane, owner, model)
) WITHOUT ROWID;

-- One row a run and day: what it came to, and what it was called when its calls were added to spending_day.
CREATE TABLE spending_run (
    run TEXT NOT NULL,
    day INTEGER NOT NULL,       -- days since 1970 UTC; -1 where no time is known
    usd_e12 INTEGER NOT NULL,
    task TEXT NOT NULL,         -- digest of run.task_title, '' where unknown
    agent TEXT NOT NULL,        -- as in spending_day
    role TEXT NOT NULL,
    lane TEXT NOT NULL,
    owner TEXT NOT NULL,
    PRIMARY KEY (run, day)
) WITHOUT ROWID;
CREATE INDEX spending_task ON spending_run (task, day, usd_e12);

-- One row an hour: what all runs together came to in it.
CREATE TABLE spending_time (
    hour INTEGER PRIMARY KEY,   -- as in spending
    usd_e12 INTEGER NOT NULL,   -- sums of the columns of the same name in spending
    unpriced_tokens INTEGER NOT NULL,
    priced INTEGER NOT NULL,
    plan INTEGER NOT NULL,
    assumed INTEGER NOT NULL,
    lower_bound INTEGER NOT NULL,
    unpriced INTEGER NOT NULL
);

-- One row a stretch in which a human looked at a run or a task on a board. It never leaves the machine.
CREATE TABLE attention (
    id TEXT PRIMARY KEY,        -- the order that told it
    run TEXT NOT NULL,          -- the run's id, '' where none was in focus
    task TEXT NOT NULL,         -- digest of the task's title, '' where none was in focus
    surface TEXT NOT NULL,      -- board, detail, decide, change, diff, conflicts, terminal, other
    since REAL NOT NULL,
    until REAL NOT NULL,
    keys INTEGER NOT NULL,      -- presses of keys and of the mouse in it
    by TEXT NOT NULL,           -- the account of this machine
    idle REAL NOT NULL          -- seconds after it that were cut off because nobody pressed a key
) WITHOUT ROWID;
CREATE INDEX attention_since ON attention (since);

-- One row a thing that a human said or did to a run, by its class. Its key comes first: PRAGMA integrity_check of SQLite
-- 3.40 takes other columns for NULL in a table without rowid whose key does not.
CREATE TABLE intervention (
    run TEXT NOT NULL,          -- the run's id
    log TEXT NOT NULL,          -- where it was read
    offset INTEGER NOT NULL,    -- byte offset of its record
    kind TEXT NOT NULL,         -- task, gate, answer, correction, interrupt, deny, re-explain, edit
    at REAL,                    -- the time that the record claims
    text TEXT NOT NULL,         -- its beginning
    PRIMARY KEY (run, log, offset, kind)
) WITHOUT ROWID;

-- One row a lane, model and effort that were chosen for a run; the first of a run is its start.
CREATE TABLE route (
    run TEXT NOT NULL,          -- the run's id
    at REAL NOT NULL,
    chosen_by TEXT NOT NULL,    -- rule, human, agent
    role TEXT,
    lane TEXT,
    model TEXT,
    effort TEXT,
    why TEXT NOT NULL,
    spent TEXT,                 -- decimal: what the run had cost by then
    edits INTEGER NOT NULL,     -- files that it had edited by then
    PRIMARY KEY (run, at, chosen_by)
) WITHOUT ROWID;

-- One row a run that was estimated before it began: the middle half of runs of its kind.
CREATE TABLE estimate (
    run TEXT PRIMARY KEY,       -- the run's id
    at REAL NOT NULL,
    n INTEGER NOT NULL,         -- runs that it rests on
    basis TEXT NOT NULL,        -- which runs those are, in words
    usd_low TEXT,               -- decimal: P25; NULL without history
    usd_high TEXT,              -- decimal: P75
    seconds_low REAL,
    seconds_high REAL,
    unpriced INTEGER NOT NULL   -- runs of them whose cost is not wholly known: the range is then a lower bound
) WITHOUT ROWID;

-- One row a budget as it stands now.
CREATE TABLE budget (
    name TEXT PRIMARY KEY,      -- such as role:implementer
    scope TEXT NOT NULL,        -- envelope, role, person, task, run, pool
    of TEXT NOT NULL,           -- whose: the role, person, task, run or pool
    since REAL,                 -- its period
    until REAL,
    ceiling TEXT NOT NULL,      -- decimal: the one in force
    spent TEXT NOT NULL,        -- decimal: what has a price
    guess TEXT,                 -- decimal: with what has none at the dearest rate; NULL where all has one
    step TEXT NOT NULL,         -- ok, warn, ask, pause_new, pause_runs, stop
    text TEXT NOT NULL          -- how it stands, in one sentence
) WITHOUT ROWID;

-- One row a ceiling that a human gave a budget, never changed.
CREATE TABLE ceiling (
    asked TEXT PRIMARY KEY,     -- the order that said it
    budget TEXT NOT NULL,       -- the budget's name
    usd TEXT NOT NULL,          -- decimal: the ceiling from then on
    by TEXT NOT NULL,           -- the account or the person that said it
    at REAL NOT NULL,
    reason TEXT NOT NULL,       -- the human's words
    until REAL                  -- when it ends; NULL with the budget's period
) WITHOUT ROWID;
CREATE TRIGGER ceiling_stays BEFORE UPDATE ON ceiling BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER ceiling_is_kept BEFORE DELETE ON ceiling BEGIN SELECT RAISE(ABORT, 'append-only'); END;

-- One row an alarm on spending that was ever raised, as it stands now.
CREATE TABLE alarm (
    name TEXT PRIMARY KEY,      -- its kind, what it is about, and the period: one cause
    kind TEXT NOT NULL,         -- burn, ceiling, envelope, fan_out
    about TEXT NOT NULL,        -- the budget's name, for envelope and fan_out the run's id
    severity TEXT NOT NULL,     -- note, warn, stop: as its condition holds now, or held last
    text TEXT NOT NULL,         -- a few words, a colon, and the rest of the sentence
    since REAL NOT NULL,        -- when it was raised
    holds INTEGER NOT NULL,     -- 1 while its condition holds
    peak TEXT NOT NULL,         -- the gravest severity that was raised of this cause
    quiet REAL NOT NULL,        -- seconds of less than that after which it would be another cause
    below REAL                  -- since when less than that holds
) WITHOUT ROWID;

-- The board for a reader at a prompt.
CREATE VIEW board AS
SELECT
    id,
    CASE WHEN certain THEN state ELSE state || '?' END AS state,
    task_title AS task,
    because,
    next_text AS next,
    agent,
    branch,
    model,
    CASE WHEN plan_steps THEN plan_steps_done || '/' || plan_steps ELSE plan_state END AS plan,
    tests_state || CASE WHEN tests_fresh = 0 THEN ', stale' ELSE '' END AS tests,
    tests_failed AS failed,
    changed_files AS files,
    '+' || added || ' -' || deleted AS lines,
    '+' || ahead || ' -' || behind AS commits,
    usage_fresh_input + usage_cache_read + usage_cache_write_5m + usage_cache_write_1h + usage_output AS tokens,
    CASE cost_state WHEN 'lower_bound' THEN '≥ ' WHEN 'assumed' THEN '≈ ' ELSE '' END || cost_usd AS usd,
    datetime(seen, 'unixepoch') AS seen_utc,
    worktree
FROM run
ORDER BY need DESC, seen DESC;
