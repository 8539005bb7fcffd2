-- Families: runs that others came from, as children or as forks.
SELECT parent AS run, 'child' AS relation, count(*) AS runs, sum(status = 'failed') AS failed
FROM runs
WHERE parent <> ''
GROUP BY parent
UNION ALL
SELECT origin, 'fork', count(*), sum(status = 'failed')
FROM runs
WHERE origin <> ''
GROUP BY origin
ORDER BY runs DESC
