-- Slow steps: of the last 50,000 facts, how long a step took that was seen to run (longer than 50 ms).
WITH recent AS (
    SELECT name, run, key, attempt, kind, at
    FROM entries
    WHERE position > (SELECT max(position) FROM main.journal) - 50000
)

SELECT
    ended.name, ended.key, count(*) AS times, round(avg(ended.at - began.at), 2) AS average,
    round(max(ended.at - began.at), 2) AS longest
FROM recent AS ended
INNER JOIN recent AS began
    ON began.run = ended.run AND began.key = ended.key AND began.attempt = ended.attempt AND began.kind = 'step.started'
WHERE ended.kind IN ('step.done', 'step.failed', 'step.attempt_failed')
GROUP BY ended.name, ended.key
ORDER BY average DESC
