-- Definitions: of the newest 100,000 runs how many each has, how many failed, how long the completed ones took.
SELECT
    name, count(*) AS runs, sum(status = 'failed') AS failed, round(100.0 * sum(status = 'failed') / count(*), 1) AS percent,
    round(avg(CASE WHEN status = 'completed' THEN seconds END), 1) AS average,
    max(CASE WHEN status = 'completed' THEN seconds END) AS longest
FROM runs
WHERE number > (SELECT max(number) FROM main.runs) - 100000
GROUP BY name
ORDER BY runs DESC
