-- ?1: only those that are due later than that; all of them when it is NULL.
SELECT count(*), min(wake_at)
FROM (
    SELECT wake_at FROM runs
    WHERE owner IS NULL AND wake_at IS NOT NULL AND wake_at > coalesce(?1, -9e999)
    ORDER BY wake_at LIMIT 10000
)
