SELECT r.id, q.kind, q.target, q.data, q.by, q.at, q.expects, q.number, q.state, CAST(q.reply AS BLOB)
FROM requests AS q
INNER JOIN runs AS r ON r.number = q.run
WHERE q.state = 'open' AND q.run = ?
ORDER BY q.number
