-- Retries: which steps are tried again most, and what they said last.
SELECT
    name, key, count(*) AS failed_tries, count(DISTINCT run) AS runs, max(moment) AS last,
    json_extract(data, '$.error.type') AS type, json_extract(data, '$.error.message') AS message
FROM entries
WHERE kind = 'step.attempt_failed'
GROUP BY name, key
ORDER BY failed_tries DESC
