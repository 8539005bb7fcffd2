-- The list by age alone: the newest runs from below number ?2, ?3 of them after stepping over ?4; ?1 statuses as JSON, the other
-- conditions as in look_runs_of_status.
SELECT * FROM run_rows
WHERE number IN (
    SELECT number FROM runs
    WHERE
        number < ?2 AND (?1 IS NULL OR status IN (SELECT value FROM json_each(?1)))
        AND (?5 IS NULL OR name IN (SELECT value FROM json_each(?5)))
        AND (?6 IS NULL OR instr(lower(error), ?6) > 0)
        AND (?7 IS NULL OR created_at >= ?7)
        AND (?8 IS NULL OR created_at < ?8)
        AND (?9 IS NULL OR substr(id, 1, length(?9)) = ?9)
    ORDER BY number DESC LIMIT ?3 OFFSET ?4
)
ORDER BY number DESC
