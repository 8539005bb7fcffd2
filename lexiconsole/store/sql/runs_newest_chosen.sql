-- ?1 where the page begins, ?2 how many, ?3 pairs of name (or null) and status. Each pair reads its own stretch of an index.
SELECT * FROM run_rows
WHERE number IN (
    SELECT r.number
    FROM json_each(?3) AS pair
    CROSS JOIN runs AS r ON r.number IN (
        SELECT number FROM runs
        WHERE
            json_extract(pair.value, '$[0]') IS NULL
            AND status = json_extract(pair.value, '$[1]') AND number < ?1
        ORDER BY number DESC LIMIT ?2
    )
    UNION ALL
    SELECT r.number
    FROM json_each(?3) AS pair
    CROSS JOIN runs AS r ON r.number IN (
        SELECT number FROM runs
        WHERE
            name = json_extract(pair.value, '$[0]')
            AND status = json_extract(pair.value, '$[1]') AND number < ?1
        ORDER BY number DESC LIMIT ?2
    )
)
ORDER BY number DESC LIMIT ?2
