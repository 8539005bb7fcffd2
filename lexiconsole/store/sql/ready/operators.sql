-- Operators' acts: retries, skips, edits, cancels and refusals, the newest first.
SELECT run, moment, kind, key, by, json_extract(data, '$.reason') AS reason
FROM entries
WHERE kind IN ('retried', 'skipped', 'resolved', 'edited', 'migrated', 'run.cancel', 'run.paused', 'run.resumed', 'refused')
ORDER BY position DESC
LIMIT 500
