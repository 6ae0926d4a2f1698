"""The parts of one embedded server: programs, account, data folder, socket, locks, watchdog."""
