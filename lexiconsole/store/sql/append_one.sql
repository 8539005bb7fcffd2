-- The commit of one entry alone, which is what a run that waits for each step is made of: `append.sql` without the table
-- that SQLite makes of its rows.
-- The fence makes the run NULL, and such a row is ignored.
-- ?1 run, ?2 epoch, ?3 seq, then as in EntryRow.
INSERT INTO journal (run, seq, at, kind, key, attempt, data, by, due)
VALUES (
    (
        SELECT number FROM runs
        WHERE number = ?1 AND epoch = ?2 AND (SELECT max(seq) FROM journal WHERE run = ?1) = ?3 - 1
    ),
    ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10
)
ON CONFLICT (run, seq) DO NOTHING
