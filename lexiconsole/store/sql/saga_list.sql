SELECT id FROM sagas
WHERE ?1 IS NULL OR state = ?1 OR (?1 = 'compensated' AND state = 'failed' AND compensated)
ORDER BY id
