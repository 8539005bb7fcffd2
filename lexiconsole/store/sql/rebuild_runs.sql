UPDATE runs
SET
    status = json_extract(f.value, '$[1]'),
    undoing = json_extract(f.value, '$[2]'),
    base = json_extract(f.value, '$[3]'),
    stage = json_extract(f.value, '$[4]'),
    error = json_extract(f.value, '$[5]'),
    wake_at = json_extract(f.value, '$[6]') * 1.0 / json_extract(f.value, '$[7]')
FROM json_each(?) AS f
WHERE number = json_extract(f.value, '$[0]')
