-- One stretch of the console's list: runs of a status (?1), newest first, from below number ?2, under the conditions ?3 to ?7.
-- ?8 how many, ?9 how many to step over. With no condition only the index is read.
SELECT * FROM run_rows
WHERE number IN (
    SELECT number FROM runs
    WHERE
        status = ?1 AND number < ?2
        AND /* parts/look_conditions */
    ORDER BY number DESC LIMIT ?8 OFFSET ?9
)
ORDER BY number DESC
