SELECT
    number, id, driven, start_at, origin_seq,
    status, undoing, base, CAST(stage AS BLOB), CAST(error AS BLOB), wake_at
FROM runs
WHERE number > ?
ORDER BY number
LIMIT ?
