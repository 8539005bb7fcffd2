-- The chain of what people decided and operators did; hash holds the one before it.
CREATE TEMP VIEW decisions AS
SELECT
    j.number, datetime(json_extract(j.fact, '$.at'), 'unixepoch') AS moment, json_extract(j.fact, '$.run') AS run, json_extract(j.fact, '$.key') AS key,
    json_extract(j.fact, '$.kind') AS kind, json_extract(j.fact, '$.by') AS by, j.fact, j.hash
FROM main.audit AS j
