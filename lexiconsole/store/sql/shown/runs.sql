-- Runs as they stand. Times are UTC; those that end in _at are seconds since 1970.
CREATE TEMP VIEW runs AS
SELECT
    r.id, r.name, r.kind, r.version, r.status,
    CASE
        WHEN r.stage <> '' THEN r.stage
        ELSE coalesce(
            (SELECT j.key FROM main.journal AS j WHERE j.run = r.number AND j.key <> '' ORDER BY j.seq DESC LIMIT 1), ''
        )
    END AS step,
    r.error, r.by,
    datetime(r.created_at, 'unixepoch') AS created,
    (
        SELECT datetime(max(j.at, r.created_at), 'unixepoch')
        FROM main.journal AS j WHERE j.run = r.number ORDER BY j.seq DESC LIMIT 1
    ) AS changed,
    (
        SELECT round(max(j.at, r.created_at) - r.created_at, 3)
        FROM main.journal AS j WHERE j.run = r.number ORDER BY j.seq DESC LIMIT 1
    ) AS seconds,
    (SELECT max(j.seq) FROM main.journal AS j WHERE j.run = r.number) AS entries,
    r.parent, r.origin, r.digest, r.created_at,
    (SELECT max(j.at, r.created_at) FROM main.journal AS j WHERE j.run = r.number ORDER BY j.seq DESC LIMIT 1) AS changed_at,
    r.wake_at, r.number
FROM main.runs AS r
