-- Busy hours: of the newest 500,000 facts, how many were written in each hour of the last two days.
SELECT strftime('%Y-%m-%d %H:00', at, 'unixepoch') AS hour, count(*) AS entries, count(DISTINCT run) AS runs
FROM main.journal
WHERE
    position > (SELECT max(position) FROM main.journal) - 500000
    AND at > CAST(strftime('%s', 'now', '-2 days') AS REAL)
GROUP BY hour
ORDER BY hour DESC
