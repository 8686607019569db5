"""What a teacher places in a course: the picker, and the answer that goes back to the platform."""
