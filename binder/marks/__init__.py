"""What copies are worth: scored, looked at, released, marked anew, told."""
