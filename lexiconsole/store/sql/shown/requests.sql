-- What was asked of runs: by whom, when, and what came of it.
CREATE TEMP VIEW requests AS
SELECT
    r.id AS run, q.kind, q.target, q.by, datetime(q.at, 'unixepoch') AS moment, q.state, q.reply, q.data, q.at, q.number
FROM main.requests AS q
INNER JOIN main.runs AS r ON r.number = q.run
