SELECT count(*)
FROM tasks AS t
INNER JOIN runs AS r ON r.number = t.run
WHERE r.status NOT IN ('completed', 'failed', 'compensated', 'cancelled')
