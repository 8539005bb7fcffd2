-- Busy hours: facts written in each hour of the last two days.
SELECT strftime('%Y-%m-%d %H:00', at, 'unixepoch') AS hour, count(*) AS entries, count(DISTINCT run) AS runs
FROM entries
WHERE at > CAST(strftime('%s', 'now', '-2 days') AS REAL)
GROUP BY hour
ORDER BY hour DESC
