-- Every fact of every run, as it was written; data is JSON.
CREATE TEMP VIEW entries AS
SELECT
    r.id AS run, j.seq, datetime(j.at, 'unixepoch') AS moment, j.kind, j.key, j.attempt, coalesce(j.by, '') AS by,
    coalesce(j.data, '{}') AS data, j.at, r.name, j.position
FROM main.journal AS j
INNER JOIN main.runs AS r ON r.number = j.run
