-- How many runs of a status (?1) there are above number ?2, under the conditions of look_runs_of_status.
SELECT count(*) FROM runs
WHERE
    status = ?1 AND number > ?2
    AND (?3 IS NULL OR name IN (SELECT value FROM json_each(?3)))
    AND (?4 IS NULL OR kind IN (SELECT value FROM json_each(?4)))
    AND (?5 IS NULL OR created_at >= ?5)
    AND (?6 IS NULL OR created_at < ?6)
    AND (
        ?7 IS NULL OR NOT EXISTS (
            SELECT 1 FROM json_each(?7) AS term
            WHERE
                json_extract(term.value, '$.not') = (
                    CASE json_extract(term.value, '$.field')
                        WHEN 'id' THEN substr(runs.id, 1, length(json_extract(term.value, '$.text')))
                        = json_extract(term.value, '$.text')
                        WHEN 'error' THEN instr(lower(error), json_extract(term.value, '$.text')) > 0
                        ELSE
                            instr(
                                lower(
                                    CASE json_extract(term.value, '$.field')
                                        WHEN 'any' THEN name || char(10) || runs.id || char(10) || error || char(10)
                                        ELSE ''
                                    END
                                    || CASE
                                        WHEN stage <> '' THEN stage
                                        ELSE coalesce(
                                            (
                                                SELECT key FROM journal
                                                WHERE run = runs.number AND key <> ''
                                                ORDER BY seq DESC LIMIT 1
                                            ),
                                            ''
                                        )
                                    END
                                ),
                                json_extract(term.value, '$.text')
                            ) > 0
                    END
                )
        )
    )
