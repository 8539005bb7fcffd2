-- What people decided, one line of JSON each, chained by hashes: each hash holds the one before it. Written in the statement
-- that writes the entry. `audit_fact` and `audit_hash` are functions of this program (durable/audit.py), so that only a
-- connection that knows how to chain can write.

CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    fact TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;

-- What is written into this view is chained.
CREATE VIEW audit_facts AS SELECT fact FROM audit WHERE 0;

CREATE TRIGGER fact_chained INSTEAD OF INSERT ON audit_facts
BEGIN
    INSERT INTO audit (fact, hash)
    SELECT NEW.fact, audit_hash(coalesce((SELECT hash FROM audit ORDER BY number DESC LIMIT 1), ''), NEW.fact);
END;

-- Which entries are decisions; durable/audit.py says the same rule in Python. What a fork copied is decided already, that
-- it was forked is not.
CREATE VIEW decisions AS
SELECT j.position, j.run, j.seq, audit_fact(r.id, j.seq, j.at, j.kind, j.key, j.attempt, j.data, j.by) AS fact
FROM journal AS j
INNER JOIN runs AS r ON r.number = j.run
WHERE
    (
        j.seq > max(r.origin_seq, 1)
        AND (
            j.kind IN ('answered', 'voted', 'delegated', 'escalated', 'skipped', 'resolved', 'edited', 'migrated', 'refused')
            OR (
                j.by <> ''
                AND j.kind IN ('run.paused', 'run.resumed', 'run.cancel', 'run.cancelled', 'retried', 'signalled')
            )
        )
    )
    OR (j.seq = 1 AND r.origin <> '' AND j.by <> '');

-- Kinds that are often and never decisions are let go first.
CREATE TRIGGER entry_audited INSTEAD OF INSERT ON effects
WHEN
    NEW.kind <> 'run.owned' AND NEW.kind <> 'run.parked' AND NEW.kind <> 'asked' AND NEW.kind <> 'run.completed'
    AND NEW.kind <> 'step.started' AND NEW.kind <> 'child.ended' AND NEW.kind <> 'step.failed'
    AND NEW.kind <> 'dropped' AND NEW.kind <> 'run.failed' AND NEW.kind <> 'run.compensated'
BEGIN
    INSERT INTO audit_facts (fact) SELECT fact FROM decisions WHERE run = NEW.run AND seq = NEW.seq;
END;

DROP TRIGGER run_made;

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
    INSERT INTO audit_facts (fact)
    SELECT fact FROM decisions WHERE NEW.origin <> '' AND run = NEW.number AND seq = 1;
    UPDATE runs SET data = NULL WHERE number = NEW.number;
END;

-- A request that is refused without an entry, because its run was at rest. What is written into this view closes it.
CREATE VIEW refusals AS SELECT number, reply FROM requests WHERE 0;

CREATE TRIGGER request_refused INSTEAD OF INSERT ON refusals
BEGIN
    INSERT INTO audit_facts (fact)
    SELECT
        audit_fact(
            r.id, 0, q.at, 'refused', q.target, 0,
            json_object('kind', q.kind, 'reason', NEW.reply, 'request', q.number, 'from', json_extract(q.data, '$.from')),
            q.by
        )
    FROM requests AS q
    INNER JOIN runs AS r ON r.number = q.run
    WHERE q.number = NEW.number AND q.state = 'open' AND q.kind <> 'child_ended';
    UPDATE requests SET state = 'refused', reply = NEW.reply WHERE number = NEW.number AND state = 'open';
END;

-- Older stores: what was decided before there was a chain.
INSERT INTO audit_facts (fact) SELECT fact FROM decisions ORDER BY position;
