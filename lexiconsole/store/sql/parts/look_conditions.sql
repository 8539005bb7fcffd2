-- What the console's list asks of a run besides its status and place. NULL is no condition: ?3 names and ?4 kinds as JSON, ?5 and
-- ?6 when it was made (from, to), ?7 terms as JSON, each {field, text, not}, of which all have to hold. The casts: an error may
-- hold what is no text, which a function in Python gets as bytes only.
(?3 IS NULL OR name IN (SELECT value FROM json_each(?3)))
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
                    WHEN 'error' THEN instr(lower(CAST(error AS BLOB)), json_extract(term.value, '$.text')) > 0
                    ELSE
                        instr(
                            lower(CAST(
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
                                END AS BLOB
                            )),
                            json_extract(term.value, '$.text')
                        ) > 0
                END
            )
    )
)
