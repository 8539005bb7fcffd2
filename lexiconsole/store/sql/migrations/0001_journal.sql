-- The truth: runs with what was fixed when they were made, entries, requests, owners and outlines.
-- Everything under "projection" is kept by the triggers below and can be made anew from the entries (projection.py says
-- the same rules in Python; the tests hold the two against each other).

CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    digest TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    created_at REAL NOT NULL,
    by TEXT NOT NULL,
    parent TEXT NOT NULL,
    parent_key TEXT NOT NULL,
    origin TEXT NOT NULL,
    origin_seq INTEGER NOT NULL,
    driven INTEGER NOT NULL, -- 1 when whoever made it drove it from the start
    start_at REAL, -- the wake_at it was made with
    data TEXT, -- of run.created, on its way into the journal; NULL as soon as the row is there
    -- ownership
    epoch INTEGER NOT NULL,
    owner INTEGER,
    -- projection
    status TEXT NOT NULL,
    undoing INTEGER NOT NULL DEFAULT 0, -- 1 while a rollback is under way, also when it is parked
    base INTEGER NOT NULL DEFAULT 1,
    stage TEXT NOT NULL DEFAULT '', -- the key that matters; '' for: the newest entry that has a key
    error TEXT NOT NULL DEFAULT '',
    wake_at REAL
) STRICT;

CREATE INDEX runs_by_status ON runs (status);

CREATE INDEX runs_by_name ON runs (name, status);

CREATE INDEX runs_by_parent ON runs (parent) WHERE parent <> '';

CREATE INDEX runs_by_owner ON runs (owner) WHERE owner IS NOT NULL;

CREATE INDEX runs_idle ON runs (number)
WHERE owner IS NULL AND wake_at IS NULL AND (status = 'pending' OR status = 'running' OR status = 'compensating');

CREATE INDEX runs_by_wake_at ON runs (wake_at) WHERE owner IS NULL AND wake_at IS NOT NULL;

-- Append-only by rowid, so that a commit touches the end of the table and one page of the index.
CREATE TABLE journal (
    position INTEGER PRIMARY KEY,
    run INTEGER NOT NULL ON CONFLICT IGNORE, -- append_one gives NULL for a run that is not the writer's any more
    seq INTEGER NOT NULL,
    at REAL NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    data TEXT, -- JSON; NULL when empty
    by TEXT, -- NULL when empty
    due REAL, -- the instant that run.parked and asked name in their data, bit for bit; SQLite's JSON may miss by one
    UNIQUE (run, seq)
) STRICT;

CREATE TABLE requests (
    number INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    data TEXT NOT NULL,
    by TEXT NOT NULL,
    at REAL NOT NULL,
    expects INTEGER,
    state TEXT NOT NULL,
    reply TEXT NOT NULL
) STRICT;

CREATE INDEX requests_open ON requests (run) WHERE state = 'open';

CREATE TABLE owners (
    number INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    lock TEXT NOT NULL,
    started_at REAL NOT NULL,
    beat_at REAL NOT NULL
) STRICT;

CREATE TABLE outlines (digest TEXT PRIMARY KEY, data TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Projection: questions nobody has answered or withdrawn. Those of an ended run stay, unseen, because a retry needs them.
CREATE TABLE tasks (
    run INTEGER NOT NULL,
    key TEXT NOT NULL,
    seq INTEGER NOT NULL,
    due REAL,
    PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;

-- Projection: how many runs stand where.
CREATE TABLE tally (status TEXT PRIMARY KEY, runs INTEGER NOT NULL) STRICT, WITHOUT ROWID;

INSERT INTO tally (status, runs)
VALUES
    ('pending', 0), ('running', 0), ('waiting', 0), ('sleeping', 0), ('paused', 0), ('compensating', 0),
    ('doubtful', 0), ('completed', 0), ('failed', 0), ('compensated', 0), ('cancelled', 0);

-- A run as it is listed. The last entry's seq and time are looked up, so that a step need not write them.
CREATE VIEW run_rows AS
SELECT
    r.number, r.id, r.name, r.kind, r.version, r.digest, r.fingerprint, r.status, r.created_at,
    max(last.at, r.created_at) AS changed_at,
    r.by, last.seq, r.base, r.epoch, r.owner, r.parent, r.parent_key, r.origin, r.origin_seq,
    CAST(
        CASE
            WHEN r.stage <> '' THEN r.stage
            ELSE coalesce((SELECT key FROM journal WHERE run = r.number AND key <> '' ORDER BY seq DESC LIMIT 1), '')
        END AS BLOB
    ) AS stage,
    CAST(r.error AS BLOB) AS error,
    r.wake_at
FROM runs AS r
INNER JOIN journal AS last
    ON last.run = r.number AND last.seq = (SELECT max(seq) FROM journal WHERE run = r.number);

-- The first entry, and for a fork the ones it shares with its origin, in the same statement as the run itself.
CREATE TRIGGER run_made AFTER INSERT ON runs
BEGIN
    UPDATE tally SET runs = runs + 1 WHERE status = NEW.status;
    INSERT INTO journal (run, seq, at, kind, key, attempt, data, by)
    VALUES (NEW.number, 1, NEW.created_at, 'run.created', '', 0, NEW.data, nullif(NEW.by, ''));
    INSERT INTO journal (run, seq, at, kind, key, attempt, data, by, due)
    SELECT NEW.number, seq, at, kind, key, attempt, data, by, due
    FROM journal
    WHERE run = (SELECT number FROM runs WHERE id = NEW.origin) AND seq BETWEEN 2 AND NEW.origin_seq
    ORDER BY seq;
    UPDATE runs SET data = NULL WHERE number = NEW.number;
END;

CREATE TRIGGER run_moved AFTER UPDATE OF status ON runs WHEN OLD.status <> NEW.status
BEGIN
    UPDATE tally SET runs = runs - 1 WHERE status = OLD.status;
    UPDATE tally SET runs = runs + 1 WHERE status = NEW.status;
END;

-- What an entry changes in the projections. The kinds that change nothing are let go first, the most frequent one before
-- all others: a chain of comparisons stops there, a list would be built for every row. The changes themselves are the
-- trigger of a view that holds nothing, so that a plain step pays for this one comparison and not for a program that large.
CREATE VIEW effects AS SELECT run, seq, at, kind, key, data, due FROM journal WHERE 0;

CREATE TRIGGER entry_written AFTER INSERT ON journal
WHEN
    NEW.kind <> 'step.done' AND NEW.kind <> 'decided' AND NEW.kind <> 'received' AND NEW.kind <> 'step.attempt_failed'
    AND NEW.kind <> 'sleeping' AND NEW.kind <> 'woke' AND NEW.kind <> 'child.started' AND NEW.kind <> 'run.created'
BEGIN
    INSERT INTO effects (run, seq, at, kind, key, data, due)
    VALUES (NEW.run, NEW.seq, NEW.at, NEW.kind, NEW.key, NEW.data, NEW.due);
END;

-- The entries that a fork copied (seq <= origin_seq) say nothing about where the fork itself stands.
CREATE TRIGGER entry_projected INSTEAD OF INSERT ON effects
BEGIN
    UPDATE runs
    SET
        status = CASE WHEN undoing THEN 'compensating' ELSE 'running' END,
        stage = CASE WHEN error = '' THEN '' ELSE stage END,
        wake_at = NULL
    WHERE NEW.kind = 'run.owned' AND number = NEW.run AND origin_seq < NEW.seq;

    UPDATE runs SET status = 'compensating', undoing = 1
    WHERE
        NEW.kind = 'step.started' AND number = NEW.run AND origin_seq < NEW.seq
        AND json_extract(NEW.data, '$.undo') = 1;

    UPDATE runs
    SET
        stage = NEW.key,
        error = (
            SELECT substr(substr(text, 1, instr(text || char(10), char(10)) - 1), 1, 300)
            FROM (
                SELECT
                    CASE NEW.kind
                        WHEN 'step.doubted' THEN coalesce(json_extract(NEW.data, '$.why'), '')
                        ELSE
                            coalesce(nullif(json_extract(NEW.data, '$.error.type'), 'Err') || ': ', '')
                            || coalesce(json_extract(NEW.data, '$.error.message'), '')
                    END AS text
            )
        )
    WHERE (NEW.kind = 'step.failed' OR NEW.kind = 'step.doubted') AND number = NEW.run AND origin_seq < NEW.seq;

    INSERT INTO tasks (run, key, seq, due)
    SELECT NEW.run, NEW.key, NEW.seq, NEW.due WHERE NEW.kind = 'asked'
    ON CONFLICT (run, key) DO UPDATE SET seq = excluded.seq, due = excluded.due;

    UPDATE runs SET stage = NEW.key
    WHERE NEW.kind = 'asked' AND number = NEW.run AND origin_seq < NEW.seq;

    -- closed questions
    DELETE FROM tasks
    WHERE
        (NEW.kind = 'answered' OR NEW.kind = 'dropped' OR NEW.kind = 'skipped' OR NEW.kind = 'resolved')
        AND run = NEW.run AND key = NEW.key;

    DELETE FROM tasks
    WHERE
        (NEW.kind = 'retried' OR NEW.kind = 'skipped') AND run = NEW.run
        AND seq IN (SELECT value FROM json_each(NEW.data, '$.voids'));

    DELETE FROM tasks WHERE NEW.kind = 'run.renewed' AND run = NEW.run;

    UPDATE runs SET stage = ''
    WHERE
        (NEW.kind = 'answered' OR NEW.kind = 'dropped') AND number = NEW.run AND origin_seq < NEW.seq
        AND stage = NEW.key;

    -- what wakes a parked run
    UPDATE runs SET status = 'pending', wake_at = NULL
    WHERE
        (
            NEW.kind = 'answered' OR NEW.kind = 'signalled' OR NEW.kind = 'child.ended' OR NEW.kind = 'run.resumed'
            OR NEW.kind = 'run.cancel'
        )
        AND number = NEW.run AND origin_seq < NEW.seq
        AND (status = 'waiting' OR status = 'sleeping' OR status = 'paused' OR status = 'doubtful');

    -- what an operator mended
    UPDATE runs
    SET
        status = CASE WHEN status IN ('pending', 'running', 'compensating') THEN status ELSE 'pending' END,
        wake_at = CASE WHEN status IN ('pending', 'running', 'compensating') THEN wake_at END,
        undoing = CASE WHEN NEW.kind = 'retried' THEN 0 ELSE undoing END,
        stage = '',
        error = ''
    WHERE
        (NEW.kind = 'retried' OR NEW.kind = 'skipped' OR NEW.kind = 'resolved' OR NEW.kind = 'edited')
        AND number = NEW.run AND origin_seq < NEW.seq;

    UPDATE runs
    SET
        status = json_extract(NEW.data, '$.status'),
        stage = coalesce(json_extract(NEW.data, '$.on[0]'), stage),
        error = coalesce(
            (
                SELECT substr(substr(why, 1, instr(why || char(10), char(10)) - 1), 1, 300)
                FROM (SELECT json_extract(NEW.data, '$.why') AS why)
            ),
            error
        ),
        wake_at = NEW.due,
        owner = NULL
    WHERE NEW.kind = 'run.parked' AND number = NEW.run AND origin_seq < NEW.seq;

    UPDATE runs SET base = NEW.seq WHERE NEW.kind = 'run.renewed' AND number = NEW.run;

    UPDATE runs SET status = 'running', undoing = 0, stage = '', error = ''
    WHERE NEW.kind = 'run.renewed' AND number = NEW.run AND origin_seq < NEW.seq;

    UPDATE runs
    SET
        status = substr(NEW.kind, 5),
        undoing = 0,
        stage = CASE NEW.kind
            WHEN 'run.completed' THEN ''
            ELSE coalesce(nullif(json_extract(NEW.data, '$.error.key'), ''), stage)
        END,
        error = (
            SELECT substr(substr(text, 1, instr(text || char(10), char(10)) - 1), 1, 300)
            FROM (
                SELECT
                    CASE NEW.kind
                        WHEN 'run.completed' THEN ''
                        WHEN 'run.cancelled' THEN coalesce(json_extract(NEW.data, '$.reason'), '')
                        ELSE
                            coalesce(nullif(json_extract(NEW.data, '$.error.type'), 'Err') || ': ', '')
                            || coalesce(json_extract(NEW.data, '$.error.message'), '')
                    END AS text
            )
        ),
        wake_at = NULL,
        owner = NULL
    WHERE
        (
            NEW.kind = 'run.completed' OR NEW.kind = 'run.failed' OR NEW.kind = 'run.compensated'
            OR NEW.kind = 'run.cancelled'
        )
        AND number = NEW.run AND origin_seq < NEW.seq;

    UPDATE requests
    SET
        state = CASE NEW.kind WHEN 'refused' THEN 'refused' ELSE 'applied' END,
        reply = CASE NEW.kind WHEN 'refused' THEN coalesce(json_extract(NEW.data, '$.reason'), '') ELSE '' END
    WHERE number = json_extract(NEW.data, '$.request') AND run = NEW.run AND state = 'open';

    -- A run that has a parent tells it how it ended. `data` is an object with something in it, or NULL.
    INSERT INTO requests (run, kind, target, data, by, at, state, reply)
    SELECT
        parent.number, 'child_ended', child.parent_key,
        '{"run":' || json_quote(child.id) || ',"status":"' || child.status || '"'
        || coalesce(',' || substr(NEW.data, 2), '}'),
        '', NEW.at, 'open', ''
    FROM runs AS child
    INNER JOIN runs AS parent ON parent.id = child.parent
    WHERE
        (
            NEW.kind = 'run.completed' OR NEW.kind = 'run.failed' OR NEW.kind = 'run.compensated'
            OR NEW.kind = 'run.cancelled'
        )
        AND child.number = NEW.run AND child.origin_seq < NEW.seq AND child.parent <> '';
END;
