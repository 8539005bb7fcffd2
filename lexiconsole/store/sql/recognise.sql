-- Whose file this is: in one statement, and so of one moment, because somebody else may be making it just now.
SELECT a.application_id, v.user_version, (SELECT count(*) FROM sqlite_schema)
FROM pragma_application_id AS a
CROSS JOIN pragma_user_version AS v
