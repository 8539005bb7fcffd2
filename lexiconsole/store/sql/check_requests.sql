SELECT run, number FROM requests WHERE state = 'open'
