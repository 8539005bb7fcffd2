-- `append.sql` for more rows than a statement has variables: they come as JSON, and an instant as two integers, because a
-- decimal that SQLite parses may come out one bit off.
INSERT INTO journal (run, seq, at, kind, key, attempt, data, by, due)
SELECT
    r.number,
    json_extract(e.value, '$[3]'),
    json_extract(e.value, '$[4]') * 1.0 / json_extract(e.value, '$[5]'),
    json_extract(e.value, '$[6]'),
    json_extract(e.value, '$[7]'),
    json_extract(e.value, '$[8]'),
    json_extract(e.value, '$[9]'),
    json_extract(e.value, '$[10]'),
    json_extract(e.value, '$[11]') * 1.0 / json_extract(e.value, '$[12]')
FROM json_each(?) AS e
CROSS JOIN runs AS r ON r.number = json_extract(e.value, '$[0]') AND r.epoch = json_extract(e.value, '$[1]')
WHERE (SELECT max(seq) FROM journal WHERE run = r.number) = json_extract(e.value, '$[2]') - 1
ON CONFLICT (run, seq) DO NOTHING
