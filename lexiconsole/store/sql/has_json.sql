-- Whether this SQLite was built with its JSON functions, which came as an option before 3.38.
SELECT json_extract('[1]', '$[0]')
