-- The newest ?8 runs of one group of look_groups, whose value is ?9.
SELECT * FROM run_rows
WHERE number IN (
    SELECT number FROM runs
    WHERE
        (?1 IS NULL OR status IN (SELECT value FROM json_each(?1)))
        AND /* parts/look_conditions */
        AND CAST(/* parts/look_group */ AS BLOB) = CAST(?9 AS BLOB)
    ORDER BY number DESC LIMIT ?8
)
ORDER BY number DESC
