"""One file of an archive encoded: which codec is smallest at the fidelity asked for, and the worker job that tries them."""
