-- Failures by cause: what fails most, at which step, since when.
SELECT name, step, error, count(*) AS runs, min(created) AS first, max(created) AS last
FROM runs
WHERE status IN ('failed', 'doubtful')
GROUP BY name, step, error
ORDER BY runs DESC
