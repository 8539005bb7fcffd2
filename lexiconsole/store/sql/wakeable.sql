-- ?1 the instant, ?2 how many, ?3 behind which number. Three small indexes, each read no further than what is due.
WITH
idle AS (
    SELECT number FROM runs INDEXED BY runs_idle
    WHERE
        owner IS NULL AND wake_at IS NULL AND (status = 'pending' OR status = 'running' OR status = 'compensating')
        AND number > ?3
    ORDER BY number LIMIT ?2
),
due AS (
    SELECT number FROM runs INDEXED BY runs_by_wake_at
    WHERE owner IS NULL AND wake_at IS NOT NULL AND wake_at <= ?1 AND number > ?3
    ORDER BY number LIMIT ?2
),
asked AS (
    SELECT DISTINCT q.run AS number
    FROM requests AS q
    INNER JOIN runs AS r ON r.number = q.run
    WHERE q.state = 'open' AND q.run > ?3 AND r.owner IS NULL
    ORDER BY q.run LIMIT ?2
)
SELECT * FROM run_rows
WHERE number IN (SELECT number FROM idle UNION SELECT number FROM due UNION SELECT number FROM asked)
ORDER BY number
LIMIT ?2
