-- Runs by day: how many were made and how they stand, of the last thirty days.
SELECT
    date(created) AS day, count(*) AS runs,
    sum(status = 'completed') AS completed, sum(status = 'failed') AS failed, sum(status = 'compensated') AS rolled_back,
    sum(status NOT IN ('completed', 'failed', 'compensated', 'cancelled')) AS open
FROM runs
WHERE created_at > CAST(strftime('%s', 'now', '-30 days') AS REAL)
GROUP BY day
ORDER BY day DESC
