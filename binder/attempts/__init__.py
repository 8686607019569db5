"""The learner's side: begin, save, hand in; and the list of what is to be done."""
