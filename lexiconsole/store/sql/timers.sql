SELECT count(*), min(wake_at)
FROM (SELECT wake_at FROM runs WHERE owner IS NULL AND wake_at IS NOT NULL ORDER BY wake_at LIMIT 10000)
