"""What stands below an answer to judge it by, and what is shown when somebody asks why."""
