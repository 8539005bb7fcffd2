-- What people did, without settling them, to the open questions of the runs with the ids ?1, a JSON list.
SELECT r.id, j.seq, j.at, j.kind, j.key, j.attempt, j.data, j.by
FROM json_each(?1) AS o
INNER JOIN runs AS r ON r.id = o.value
INNER JOIN tasks AS t ON t.run = r.number
INNER JOIN journal AS j ON j.run = t.run AND j.seq > max(t.seq, r.origin_seq) AND j.key = t.key
WHERE j.kind IN ('voted', 'delegated', 'escalated')
ORDER BY j.run, j.seq
