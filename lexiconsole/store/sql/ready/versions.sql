-- Versions in use: which version and outline the runs that have not ended stand on.
SELECT name, version, digest, count(*) AS runs, min(created) AS oldest
FROM runs
WHERE status NOT IN ('completed', 'failed', 'compensated', 'cancelled')
GROUP BY name, version, digest
ORDER BY name, version
