-- Slowest runs: the hundred that took longest from their making to their end.
SELECT id, name, seconds, status, created, by
FROM runs
WHERE status IN ('completed', 'failed', 'compensated')
ORDER BY seconds DESC
LIMIT 100
