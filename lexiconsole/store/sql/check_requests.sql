SELECT number FROM requests WHERE state = 'open'
