-- How many runs of a status (?1) there are above number ?2, under the conditions of look_runs_of_status.
SELECT count(*) FROM runs
WHERE
    status = ?1 AND number > ?2
    AND (?3 IS NULL OR name IN (SELECT value FROM json_each(?3)))
    AND (?4 IS NULL OR instr(lower(error), ?4) > 0)
    AND (?5 IS NULL OR created_at >= ?5)
    AND (?6 IS NULL OR created_at < ?6)
    AND (?7 IS NULL OR substr(id, 1, length(?7)) = ?7)
