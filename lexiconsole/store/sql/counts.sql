SELECT status, runs FROM tally
