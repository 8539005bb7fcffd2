-- What all runs of a machine ?1 were moved by, and where to: run by run, then put in the order of the commits.
SELECT j.position, r.id, j.seq, j.at, j.kind, j.key, j.attempt, j.data, j.by
FROM runs AS r
CROSS JOIN journal AS j ON r.number = j.run
WHERE r.name = ?1 AND j.kind IN ('decided', 'received', 'signalled')
ORDER BY j.position
