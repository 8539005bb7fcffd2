UPDATE requests
SET state = json_extract(f.value, '$[2]'), reply = json_extract(f.value, '$[3]')
FROM json_each(?) AS f
WHERE number = json_extract(f.value, '$[1]') AND run = json_extract(f.value, '$[0]') AND state = 'open'
