SELECT t.status, t.runs, (SELECT count(*) FROM runs WHERE status = t.status) AS real
FROM tally AS t
WHERE t.runs <> real
