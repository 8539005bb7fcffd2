-- Percentiles: of the newest 100,000 runs, how long 50, 95 and 99 in a hundred completed ones took at most, by definition.
WITH ended AS (
    SELECT name, seconds, percent_rank() OVER (PARTITION BY name ORDER BY seconds) AS part
    FROM runs
    WHERE status = 'completed' AND number > (SELECT max(number) FROM main.runs) - 100000
)

SELECT
    name, count(*) AS runs, max(CASE WHEN part <= 0.5 THEN seconds END) AS p50,
    max(CASE WHEN part <= 0.95 THEN seconds END) AS p95, max(CASE WHEN part <= 0.99 THEN seconds END) AS p99
FROM ended
GROUP BY name
ORDER BY p95 DESC
