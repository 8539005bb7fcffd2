SELECT run, key, seq, due FROM tasks
