SELECT r.id, q.kind, q.target, q.data, q.by, q.at, q.expects, q.number, q.state, CAST(q.reply AS BLOB)
FROM requests AS q
INNER JOIN runs AS r ON r.number = q.run
WHERE q.state = 'open' AND q.run = ?1 AND (?2 IS NULL OR r.owner = ?2)
ORDER BY q.number
