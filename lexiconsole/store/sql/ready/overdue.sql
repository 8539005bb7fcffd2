-- Overdue: open questions whose time is over.
SELECT run, name, prompt, who, due, round((CAST(strftime('%s', 'now') AS REAL) - due_at) / 3600.0, 1) AS hours_late
FROM questions
WHERE due_at < CAST(strftime('%s', 'now') AS REAL)
ORDER BY due_at
