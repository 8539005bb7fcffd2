-- The same behind position ?2: only what was committed since is looked at.
SELECT j.position, r.id, j.seq, j.at, j.kind, j.key, j.attempt, j.data, j.by
FROM journal AS j
CROSS JOIN runs AS r ON j.run = r.number
WHERE j.position > ?2 AND r.name = ?1 AND j.kind IN ('decided', 'received', 'signalled')
ORDER BY j.position
