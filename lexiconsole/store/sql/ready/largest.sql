-- Largest facts: what takes the room in the store.
SELECT run, seq, kind, key, length(data) AS characters
FROM entries
ORDER BY characters DESC
LIMIT 100
