UPDATE tally SET runs = counted.runs
FROM (SELECT status, count(*) AS runs FROM runs GROUP BY status) AS counted
WHERE tally.status = counted.status
