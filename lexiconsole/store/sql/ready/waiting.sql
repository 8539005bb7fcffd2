-- Waiting longest: open questions, the oldest first, with whom they wait for.
SELECT run, name, prompt, who, asked, due, round((CAST(strftime('%s', 'now') AS REAL) - asked_at) / 3600.0, 1) AS hours
FROM questions
ORDER BY asked_at
