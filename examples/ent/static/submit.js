// The form of a message between ENT and tool sends itself; its button is for browsers without scripts.
document.getElementById("message").submit();
