"""What the functions run on. Imports neither `functions` nor `training`."""
