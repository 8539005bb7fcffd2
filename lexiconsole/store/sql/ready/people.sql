-- People: who decided how much of what, and when last.
SELECT by, kind, count(*) AS decisions, max(moment) AS last
FROM decisions
GROUP BY by, kind
ORDER BY decisions DESC
