-- The list by age alone: the newest runs from below number ?2, ?3 of them after stepping over ?4; ?1 statuses as JSON, the other
-- conditions as in look_runs_of_status.
SELECT * FROM run_rows
WHERE number IN (
    SELECT number FROM runs
    WHERE
        number < ?2 AND (?1 IS NULL OR status IN (SELECT value FROM json_each(?1)))
        AND (?5 IS NULL OR name IN (SELECT value FROM json_each(?5)))
        AND (?6 IS NULL OR kind IN (SELECT value FROM json_each(?6)))
        AND (?7 IS NULL OR created_at >= ?7)
        AND (?8 IS NULL OR created_at < ?8)
        AND (
            ?9 IS NULL OR NOT EXISTS (
                SELECT 1 FROM json_each(?9) AS term
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
    ORDER BY number DESC LIMIT ?3 OFFSET ?4
)
ORDER BY number DESC
