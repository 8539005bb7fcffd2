-- The first ?1 open questions, due ones first.
SELECT r.id, r.name, t.key, t.seq, j.at, t.due, j.data
FROM tasks AS t
INNER JOIN runs AS r ON r.number = t.run
INNER JOIN journal AS j ON j.run = t.run AND j.seq = t.seq
WHERE r.status NOT IN ('completed', 'failed', 'compensated', 'cancelled')
ORDER BY t.due IS NULL, t.due, j.at, t.run, t.seq
LIMIT ?1
