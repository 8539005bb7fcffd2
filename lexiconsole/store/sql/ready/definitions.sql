-- Definitions: how many runs of each, how many failed, how long the ended ones took.
SELECT
    name, count(*) AS runs, sum(status = 'failed') AS failed, round(100.0 * sum(status = 'failed') / count(*), 1) AS percent,
    round(avg(CASE WHEN status = 'completed' THEN seconds END), 1) AS average,
    max(CASE WHEN status = 'completed' THEN seconds END) AS longest
FROM runs
GROUP BY name
ORDER BY runs DESC
