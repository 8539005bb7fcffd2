-- Runs whose entries are not 1, 2, 3 and so on, and entries without a run.
SELECT j.run, r.id, count(*), max(j.seq)
FROM journal AS j
LEFT JOIN runs AS r ON r.number = j.run
GROUP BY j.run
HAVING count(*) <> max(j.seq) OR r.id IS NULL
LIMIT ?
