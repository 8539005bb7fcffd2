-- The commit: entries of many runs, as many rows as the caller repeats (`append_statement`): run, epoch, the first seq of that
-- run in this batch, seq, and the columns of an EntryRow. Rows of NULL fill it up to a size that is prepared already.
-- A row is let in when its epoch is still the run's (the fence) and when its run ends right before the batch begins, so
-- that the entries of a run come in all or none. Mostly the count of rows tells that all are in; else `landed` tells which.
INSERT INTO journal (run, seq, at, kind, key, attempt, data, by, due)
SELECT
    r.number, e.column4, e.column5, e.column6, e.column7, e.column8, e.column9, e.column10, e.column11
FROM (VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)) AS e
CROSS JOIN runs AS r ON r.number = e.column1 AND r.epoch = e.column2
WHERE (SELECT max(seq) FROM journal WHERE run = r.number) = e.column3 - 1
ON CONFLICT (run, seq) DO NOTHING
