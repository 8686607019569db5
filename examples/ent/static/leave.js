// What was done in a frame is done: the whole window goes on; its link is for browsers without scripts.
window.top.location.assign(document.getElementById("leave").href);
