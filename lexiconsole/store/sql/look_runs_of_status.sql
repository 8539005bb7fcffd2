-- One stretch of the console's list: runs of a status (?1), newest first, from below number ?2. ?3 how many, ?4 how many to
-- step over. Conditions that are NULL cost nothing: ?5 names as JSON, ?6 what the error holds, ?7 and ?8 when it was made
-- (from, to), ?9 how the id begins. With none of them only the index is read.
SELECT * FROM run_rows
WHERE number IN (
    SELECT number FROM runs
    WHERE
        status = ?1 AND number < ?2
        AND (?5 IS NULL OR name IN (SELECT value FROM json_each(?5)))
        AND (?6 IS NULL OR instr(lower(error), ?6) > 0)
        AND (?7 IS NULL OR created_at >= ?7)
        AND (?8 IS NULL OR created_at < ?8)
        AND (?9 IS NULL OR substr(id, 1, length(?9)) = ?9)
    ORDER BY number DESC LIMIT ?3 OFFSET ?4
)
ORDER BY number DESC
