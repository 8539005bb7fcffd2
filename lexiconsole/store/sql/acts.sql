-- What people did to open questions without settling them. Votes that a fork copied from its origin do not count in it.
SELECT r.id, j.seq, j.at, j.kind, j.key, j.attempt, j.data, j.by
FROM tasks AS t
INNER JOIN runs AS r ON r.number = t.run
INNER JOIN journal AS j ON j.run = t.run AND j.seq > max(t.seq, r.origin_seq) AND j.key = t.key
WHERE j.kind IN ('voted', 'delegated', 'escalated')
ORDER BY j.run, j.seq
