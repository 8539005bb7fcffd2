INSERT INTO requests (kind, target, data, by, at, expects, run, state, reply)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, number, 'open', '' FROM runs WHERE id = ?7
RETURNING number
