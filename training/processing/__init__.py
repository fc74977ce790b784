"""What is done to every record that was gathered, and the two engines that do it."""
