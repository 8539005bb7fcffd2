-- Open questions of which somebody is to be reminded at ?1: each by its own `remind`, else ?2 seconds before it is due. Of
-- several reminders that are due, the last.
SELECT r.id, t.seq, m.key, min(m.value)
FROM tasks AS t
INNER JOIN runs AS r ON r.number = t.run
INNER JOIN journal AS j ON j.run = t.run AND j.seq = t.seq
CROSS JOIN json_each(coalesce(json_extract(j.data, '$.remind'), json_array(?2))) AS m
WHERE t.due > ?1 AND t.due - m.value <= ?1
GROUP BY t.run, t.seq
