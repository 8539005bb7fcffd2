-- Percentiles: how long half, 95 and 99 of a hundred completed runs of each definition took at most.
WITH ended AS (
    SELECT name, seconds, percent_rank() OVER (PARTITION BY name ORDER BY seconds) AS part
    FROM runs
    WHERE status = 'completed'
)

SELECT
    name, count(*) AS runs, max(CASE WHEN part <= 0.5 THEN seconds END) AS p50,
    max(CASE WHEN part <= 0.95 THEN seconds END) AS p95, max(CASE WHEN part <= 0.99 THEN seconds END) AS p99
FROM ended
GROUP BY name
ORDER BY p95 DESC
