// Filled in with the command line once the engine exists.
return 2;
