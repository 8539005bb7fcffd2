-- The names that runs have, one step of the index each.
WITH RECURSIVE known(name) AS (
    SELECT min(name) FROM runs
    UNION ALL
    SELECT (SELECT min(name) FROM runs WHERE name > known.name) FROM known WHERE known.name IS NOT NULL
)
SELECT name FROM known WHERE name IS NOT NULL
