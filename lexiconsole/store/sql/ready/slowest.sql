-- Slowest runs: of the newest 100,000 the hundred that took longest from their making to their end.
SELECT id, name, seconds, status, created, by
FROM runs
WHERE status IN ('completed', 'failed', 'compensated') AND number > (SELECT max(number) FROM main.runs) - 100000
ORDER BY seconds DESC
LIMIT 100
