-- The newest ?2 runs of each name in ?1 (JSON): each pair of name and status (?3, JSON) reads its own stretch of an index.
SELECT name, number, status, created_at, changed_at FROM run_rows
WHERE number IN (
    SELECT r.number
    FROM json_each(?1) AS wanted
    CROSS JOIN json_each(?3) AS pair
    CROSS JOIN runs AS r ON r.number IN (
        SELECT number FROM runs
        WHERE name = wanted.value AND status = pair.value
        ORDER BY number DESC LIMIT ?2
    )
)
ORDER BY name, number DESC
