"""What both engines share: numbers, operators, modes, errors, copies and pickles."""
