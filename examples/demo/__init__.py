"""`make demo`: the ENT and Classeur as two real servers on two sites of this machine, with a sample school in them."""
