-- The list by age alone: the newest runs from below number ?2, under the conditions ?3 to ?7 and, where ?1 is not NULL, of those
-- statuses, as JSON. ?8 how many, ?9 how many to step over.
SELECT * FROM run_rows
WHERE number IN (
    SELECT number FROM runs
    WHERE
        number < ?2 AND (?1 IS NULL OR status IN (SELECT value FROM json_each(?1)))
        AND /* parts/look_conditions */
    ORDER BY number DESC LIMIT ?8 OFFSET ?9
)
ORDER BY number DESC
