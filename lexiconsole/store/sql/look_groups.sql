-- Groups of runs by the column ?2, the largest first: how many, how many of them failed, wait, and have not ended, and the number
-- of the newest. Of the statuses ?1 (JSON, NULL for all) under the conditions ?3 to ?7; ?8 groups at most.
SELECT
    CAST(part AS BLOB), count(*), sum(status = 'failed' OR status = 'doubtful'), sum(status = 'waiting'),
    sum(status NOT IN ('completed', 'failed', 'compensated', 'cancelled')), max(number)
FROM (
    SELECT status, number, /* parts/look_group */ AS part
    FROM runs
    WHERE
        (?1 IS NULL OR status IN (SELECT value FROM json_each(?1)))
        AND /* parts/look_conditions */
)
GROUP BY part
ORDER BY count(*) DESC, max(number) DESC
LIMIT ?8
