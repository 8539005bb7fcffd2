-- What waits for people: the open questions of runs that can go on.
CREATE TEMP VIEW questions AS
SELECT
    r.id AS run, t.key, json_extract(j.data, '$.prompt') AS prompt, json_extract(j.data, '$.who') AS who,
    datetime(j.at, 'unixepoch') AS asked, datetime(t.due, 'unixepoch') AS due, r.name, j.at AS asked_at, t.due AS due_at
FROM main.tasks AS t
INNER JOIN main.runs AS r ON r.number = t.run
INNER JOIN main.journal AS j ON j.run = t.run AND j.seq = t.seq
WHERE r.status NOT IN ('completed', 'failed', 'compensated', 'cancelled')
