SELECT j.position, r.id, j.seq, j.at, j.kind, j.key, j.attempt, j.data, j.by
FROM journal AS j
INNER JOIN runs AS r ON r.number = j.run
WHERE j.position > ?
ORDER BY j.position
LIMIT ?
