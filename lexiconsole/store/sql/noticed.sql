SELECT position FROM noticed
