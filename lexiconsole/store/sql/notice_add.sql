-- Rows of JSON: channel, event, run, seq, and when to tell it as two integers.
INSERT INTO notices (channel, event, run, seq, state, next_at)
SELECT
    json_extract(n.value, '$[0]'),
    json_extract(n.value, '$[1]'),
    r.number,
    json_extract(n.value, '$[3]'),
    'open',
    json_extract(n.value, '$[4]') * 1.0 / json_extract(n.value, '$[5]')
FROM json_each(?) AS n
CROSS JOIN runs AS r ON r.id = json_extract(n.value, '$[2]')
WHERE 1
ON CONFLICT (channel, event, run, seq) DO NOTHING
