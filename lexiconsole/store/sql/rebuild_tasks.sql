INSERT INTO tasks (run, key, seq, due)
SELECT
    json_extract(value, '$[0]'),
    json_extract(value, '$[1]'),
    json_extract(value, '$[2]'),
    json_extract(value, '$[3]') * 1.0 / json_extract(value, '$[4]')
FROM json_each(?)
