UPDATE tally SET runs = 0
